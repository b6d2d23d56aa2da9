/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The name of an issuer or a host of the fleet: 1 to FLEET_NAME_LEN_MAX letters, digits, "-", "."
 * and "_" of ASCII, of which the first is a letter or a digit.  It names a role of PostgreSQL, too.
 */
#pragma once

#include <stdbool.h>

bool fleet_name_valid(const char *name);

/*
 * Whether a fleet token can be the user's: a name that is one on each machine, with no ":", "/" or
 * blank, at the first of which what patd hands out, as of a list, ends a name.
 */
bool fleet_user_valid(const char *user);
