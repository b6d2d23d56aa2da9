/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The distance between two times, as people say it: "3 days ago", "in 29 days". */
#pragma once

#include <stdint.h>

#define AGE_TEXT_MAX 96 /* in any language */

/*
 * One unit, rounded down: "in 29 days" is 29 days from now at least.  Times are seconds since 1970
 * UTC.
 */
void age_format(uint64_t at, uint64_t now, char text[static AGE_TEXT_MAX]);
