/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Login hours. */
#include "patd/model/hours.h"

#include <string.h>
#include <time.h>

#include "common/l10n.h"
#include "patd/model/limits.h"
#include "patd/model/span.h"
#include "patd/util/item.h"

static const char too_long[] =
	N_("there are more hours than fit; put weekdays together: \"Mon..Fri\"");

/* Takes the first span off *text, which is NULL after the last.  NULL, or what is wrong. */
static const char *take_span(const char **text, struct span *ret_span)
{
	char span[LIMITS_HOURS_MAX + 1];

	if (!item_copy(item_take(text, ';'), span, sizeof(span)))
		return too_long;
	return span_read(span, ret_span);
}

const char *hours_parse(const char *text, char *ret_hours, size_t size)
{
	char hours[LIMITS_HOURS_MAX + 1] = "";

	do {
		char spelled[SPAN_TEXT_MAX];
		struct span span;
		const char *problem = take_span(&text, &span);

		if (problem)
			return problem;
		if (!span_format(&span, spelled) ||
			!item_append(hours, sizeof(hours), "; ", spelled))
			return too_long;
	} while (text);
	if (strlen(hours) >= size)
		return too_long;
	(void)stpcpy(ret_hours, hours);
	return NULL;
}

static bool is_canonical(const char *hours)
{
	char canonical[LIMITS_HOURS_MAX + 1];

	return !hours_parse(hours, canonical, sizeof(canonical)) && strcmp(hours, canonical) == 0;
}

/* Weekday, 0 for Monday, and minute of the day on the clock on the wall. */
static bool read_wall(uint64_t time, unsigned int *ret_day, int *ret_minute)
{
	const time_t clock = (time_t)time;
	struct tm tm;

	if (clock < 0 || (uint64_t)clock != time)
		return false;
	/* localtime_r() alone would not see that the machine's zone was set anew. */
	tzset();
	if (!localtime_r(&clock, &tm))
		return false;
	*ret_day = (unsigned int)(tm.tm_wday + 6) % 7;
	*ret_minute = tm.tm_hour * 60 + tm.tm_min;
	return true;
}

bool hours_match(const char *hours, uint64_t time)
{
	struct span span;
	unsigned int day;
	int minute;

	if (*hours == '\0')
		return true;
	if (!is_canonical(hours) || !read_wall(time, &day, &minute))
		return false;
	do {
		if (take_span(&hours, &span))
			return false;
		if (span_has(&span, day, minute))
			return true;
	} while (hours);
	return false;
}
