/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The login session of logind that this process is in. */
#pragma once

#include <stdbool.h>

#define OWN_SESSION_SIZE 65 /* bytes of an id, with the NUL */

/* False: it is in none. */
bool own_session(char ret_id[static OWN_SESSION_SIZE]);
