/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Login hours, by the clock on the wall of this machine:
 *
 *     Mon..Fri 08:00-18:00; Sat 10:00-14:00
 *     22:00-06:00                              every night, and the morning after
 *     Mon,Wed                                  those days, all day
 *
 * Weekdays as in systemd.time(7), "Mon" or "Monday", any case, in ranges that may go round the
 * end of the week, with commas; then "HH:MM-HH:MM", the end excluded and up to 24:00.  A span
 * that ends at or before its start ends on the next day, and counts to the day it started on.
 * Three days in a row or more are written as a range, 00:00 as an end is 24:00, and a whole day
 * has no clock beside its weekdays.
 *
 * Wall clock means that what daylight saving skips never comes, and what it repeats comes twice.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Writes the hours to ret_hours in their canonical spelling, that of the examples above, spans
 * in the order given.  NULL, or what is wrong with it, for a person; static.
 */
const char *hours_parse(const char *text, char *ret_hours, size_t size);

/*
 * Whether canonical hours have that time (seconds UTC), in the time zone of the machine as it is
 * now set.  "" has every time.
 */
bool hours_match(const char *hours, uint64_t time);

/* Whether every time that the canonical hours have is in outer, other canonical hours, too. */
bool hours_within(const char *hours, const char *outer);
