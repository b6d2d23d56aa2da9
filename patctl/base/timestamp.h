/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A point in time as people write it, after systemd.time(7):
 *
 *     2027-01-31              that day at 00:00:00
 *     2027-01-31 18:00
 *     2027-01-31 18:00:30     a "T" may stand for the blank
 *     tomorrow                that day at 00:00:00; also today and yesterday
 *
 * in the local time zone, or in UTC if " UTC" or "Z" follows.  Times that do not exist are refused:
 * 2027-02-30, 25:00, and local times that daylight saving skips.  If a local time comes twice, the
 * earlier is taken.
 *
 * Times are seconds since 1970 UTC.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/* Whether text looks like a point in time, rather than like a period. */
bool timestamp_shaped(const char *text);

/* NULL and *ret, or the problem with text, for a person; static.  now: for "tomorrow" and such. */
const char *timestamp_parse(const char *text, uint64_t now, uint64_t *ret);

/* "2027-01-31T18:00:30Z"; "2027-01-31 18:00:30 CET".  The caller owns them. */
char *timestamp_utc(uint64_t at);
char *timestamp_local(uint64_t at);

/*
 * The distance from now in one unit, "3 days ago" or "in 29 days"; short "3d ago" or "in 29d". What
 * is past is rounded down, what is ahead to the nearest.  The caller owns them.
 */
char *timestamp_age(uint64_t at, uint64_t now);
char *timestamp_short_age(uint64_t at, uint64_t now);
