/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The users of this machine, by NSS. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/* Whether the system knows a user of that name; true if it cannot tell. */
bool user_exists(const char *name);

/* Whether that is the name of the user who runs patctl. */
bool user_is_caller(const char *name);

/* "alice", or "uid 1000" if it has no name; safe for a terminal.  The caller owns it. */
char *user_of_uid(uint32_t uid);
