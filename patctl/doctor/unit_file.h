/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Unit files of systemd and their settings, read from the disk: systemd itself is not asked. */
#pragma once

#include <stdbool.h>

#include "patctl/base/sysroot.h"

/* below: "", or a folder in those of units, "/sockets.target.wants". */
bool unit_is_in(const struct sysroot *root, const char *below, const char *unit);

bool unit_is_masked(const struct sysroot *root, const char *unit);

/*
 * Whether "KEY=VALUE" stands in the unit or in a .conf of UNIT.d, also with ":" and more after the
 * value.  The order of files, and a later file that resets the setting, are not considered.
 */
bool unit_has(const struct sysroot *root, const char *unit, const char *key, const char *value);
