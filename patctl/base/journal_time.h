/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A point in the past as journalctl(1) takes it for --since:
 *
 *     2027-01-31 18:00        and all else of patctl/base/timestamp.h
 *     Sun 2027-01-31          a weekday, which must be that of the date
 *     18:00, 8:00:30.5        today; Sun 18:00 if it is Sunday
 *     now, @1801418400.5      seconds since 1970 UTC; fractions are cut off
 *     -1h, 1h ago, 1h         a period that ends now, see common/timespan.h
 *     +1h, 1h left            a period that begins now
 *
 * Unlike there a sign is not needed: nobody looks for entries of the future.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/*
 * NULL and *ret, seconds since 1970 UTC, or the problem with text, for a person; static.
 * *ret_has_m: see struct timespan.
 */
const char *journal_time_parse(const char *text, uint64_t now, uint64_t *ret, bool *ret_has_m);
