/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Whether the files for TLS can be read that a connection to the hub needs: libpq ignores a list of
 * revoked certificates that it cannot read, and of a key what it says may be no text (15.20).
 */
#pragma once

#include <stdbool.h>

#include "fleet/hub/conninfo.h"

/*
 * What is wrong with the first of them, and what to do, for a person; in English, as in the words
 * of patctl doctor.  To be freed.  NULL: nothing is wrong, or out of memory.  A file that conninfo
 * does not name is asked for in ~/.postgresql, as libpq does, and may be missing.
 */
char *hub_files_problem(const struct conninfo *conninfo);
