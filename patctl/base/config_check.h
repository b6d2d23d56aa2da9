/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The configuration of patd as it is on the disk, read by patd's own program. */
#pragma once

#include <stdbool.h>

/* The folder of patd.conf(5): $PATD_CONFIG_DIR, as --config-dir of patd(8). */
const char *config_dir(void);

/*
 * Has patd read its configuration, as its own user if root asks.  *ret_lines, which the caller
 * frees with names_free(): if *ret_good, the settings that a reload or a start puts into effect, as
 * "KEY\tVALUE\tSOURCE"; else the problems, as "FILE:LINE: ...".  0; or a negative errno, if the
 * program cannot be run or does not end in time.
 */
int config_check(bool *ret_good, char ***ret_lines);
