/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Parsing periods, with the units of systemd.time(7). */
#include "common/timespan.h"

#include <stddef.h>
#include <string.h>

#include "common/l10n.h"

#define SECOND UINT64_C(1000000)
#define MINUTE (60 * SECOND)
#define HOUR (60 * MINUTE)
#define DAY (24 * HOUR)
#define WEEK (7 * DAY)
#define MONTH (2629800 * SECOND)
#define YEAR (31557600 * SECOND)

static const char blank[] = " \t\n\r";

#define NAMES_MAX 4

static const struct {
	const char *names[NAMES_MAX];
	uint64_t usec;
} units[] = {
	/* U+00B5 MICRO SIGN and U+03BC GREEK SMALL LETTER MU */
	{ { "usec", "us", "\xC2\xB5s", "\xCE\xBCs" }, 1 },
	{ { "msec", "ms" }, 1000 },
	{ { "seconds", "second", "sec", "s" }, SECOND },
	{ { "minutes", "minute", "min", "m" }, MINUTE },
	{ { "hours", "hour", "hr", "h" }, HOUR },
	{ { "days", "day", "d" }, DAY },
	{ { "weeks", "week", "w" }, WEEK },
	{ { "months", "month", "M" }, MONTH },
	{ { "years", "year", "y" }, YEAR },
};

static const char not_a_period[] =
	N_("not a period of time; write it like \"30 days\" or \"1h 30min\"");
static const char no_unit[] = N_("a number needs a unit, as in \"30d\" or \"30 days\"");
static const char too_long[] = N_("the period is too long");

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/*
 * Adds count units of so many microseconds.  False where systemd finds the sum too large: it
 * takes UINT64_MAX for "infinity", and rounds what is left of it for a unit down.
 */
static bool add(uint64_t *sum, uint64_t count, uint64_t usec)
{
	if (usec > 0 && count >= UINT64_MAX / usec)
		return false;
	return !__builtin_add_overflow(*sum, count * usec, sum) && *sum < UINT64_MAX;
}

/* The length of the longest unit that text begins with, 0 if there is none. */
static size_t find_unit(const char *text, uint64_t *ret_usec)
{
	size_t best = 0;

	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++)
		for (size_t j = 0; j < NAMES_MAX && units[i].names[j]; j++) {
			size_t len = strlen(units[i].names[j]);

			if (len > best && strncmp(text, units[i].names[j], len) == 0) {
				best = len;
				*ret_usec = units[i].usec;
			}
		}
	return best;
}

/*
 * One number with its unit: [+]DIGITS[.DIGITS] or .DIGITS, then UNIT.  The number is kept as
 * text until the unit is known, since a fraction is cut off digit by digit at a microsecond.
 */
static const char *parse_term(const char **at, struct timespan *sum)
{
	const char *p = *at, *whole, *fraction;
	size_t whole_len, fraction_len = 0, unit_len;
	uint64_t number = 0, scale = 0;
	bool dot, year;

	if (*p == '-')
		return N_("a period cannot be negative");
	if (*p == '+' && is_digit(p[1]))
		p++;
	whole = p;
	whole_len = strspn(p, "0123456789");
	p += whole_len;
	dot = *p == '.';
	fraction = p + 1;
	if (dot) {
		fraction_len = strspn(fraction, "0123456789");
		p = fraction + fraction_len;
	}
	if (dot ? fraction_len == 0 : whole_len == 0)
		return not_a_period;

	p += strspn(p, blank);
	unit_len = find_unit(p, &scale);
	if (unit_len == 0)
		return *p == '\0' || is_digit(*p) ? no_unit : not_a_period;
	year = scale == YEAR;

	for (size_t i = 0; i < whole_len; i++)
		if (__builtin_mul_overflow(number, 10, &number) ||
			__builtin_add_overflow(number, (uint64_t)(whole[i] - '0'), &number) ||
			number > INT64_MAX)
			return too_long;
	if (!add(&sum->usec, number, scale))
		return too_long;
	for (size_t i = 0; i < fraction_len; i++) {
		scale /= 10;
		if (!add(&sum->usec, (uint64_t)(fraction[i] - '0'), scale))
			return too_long;
	}

	if (unit_len == 1 && *p == 'm')
		sum->has_m = true;
	if (year)
		sum->has_year = true;
	*at = p + unit_len;
	return NULL;
}

const char *timespan_parse(const char *text, struct timespan *ret)
{
	struct timespan sum = { 0 };
	const char *p = text + strspn(text, blank);

	if (*p == '\0')
		return N_("the period is empty");
	if (strcmp(p, "infinity") == 0)
		return N_("\"infinity\" is not a period");

	while (*p != '\0') {
		const char *problem = parse_term(&p, &sum);

		if (problem)
			return problem;
		p += strspn(p, blank);
	}
	*ret = sum;
	return NULL;
}
