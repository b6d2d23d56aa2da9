/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A period of time as people write it: "30 days", "7d", "1h 30min", "2weeks".
 *
 * The syntax and the units are those of systemd.time(7), and so are the values: a month is
 * 30.44 days (2629800 s), a year 365.25 (31557600 s).  Two things that systemd takes are
 * refused, because here they are more likely a slip than meant: a number without a unit, and
 * "infinity".
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct timespan {
	uint64_t usec; /* microseconds, rounded down */
	bool has_m;    /* "m" was among the units: minutes, though the writer may think of months */
	bool has_year; /* a year was: it ends 6 hours off the same day of the calendar, or more */
};

/* NULL and *ret, or the problem with text, for a person; static. */
const char *timespan_parse(const char *text, struct timespan *ret);
