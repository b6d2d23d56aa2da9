/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The argument of --expires: a period, a point in time, or "never". */
#pragma once

#include <stdbool.h>
#include <stdint.h>

enum expiry_kind {
	EXPIRY_DEFAULT,  /* none given: patd decides */
	EXPIRY_LIFETIME, /* seconds from now, 1 or more */
	EXPIRY_AT,       /* seconds since 1970 UTC */
	EXPIRY_NEVER,
};

struct expiry {
	enum expiry_kind kind;
	uint64_t seconds;
	bool has_m, has_year; /* see common/timespan.h */
};

/*
 * NULL and *ret, or the problem with text, for a person; static.  now: seconds since 1970 UTC.
 * Fractions of a second are cut off: a token lives no longer than requested.
 */
const char *expiry_parse(const char *text, uint64_t now, struct expiry *ret);
