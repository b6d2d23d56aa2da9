/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Login hours. */
#include "patd/model/hours.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include "common/l10n.h"
#include "patd/model/limits.h"
#include "patd/util/item.h"

#define WEEK 7
#define DAY_MINUTES (24 * 60)
#define EVERY_DAY ((1U << WEEK) - 1)
#define DIGITS "0123456789"
#define LETTERS "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
#define SPAN_TEXT_MAX 64 /* bytes, with the NUL; more than seven weekdays and a clock take */

/*
 * Bytes, whatever the blanks: less than a request carries (REQUEST_RESTRICTION_SIZE), so that hours
 * of which the end was cut on the way are refused.  Without its clock a day is a whole day.
 */
#define TEXT_MAX 1023

static const char too_long[] = N_("too many hours; combine weekdays: \"Mon..Fri\"");

/* As in "Mon..Fri 08:00-18:00".  In minutes of the day. */
struct span {
	unsigned int days; /* bit 0 is Monday */
	int start, end;
};

static const char *const weekdays[WEEK] = {
	"Monday",
	"Tuesday",
	"Wednesday",
	"Thursday",
	"Friday",
	"Saturday",
	"Sunday",
};

static const char *skip_blanks(const char *at)
{
	return at + strspn(at, ITEM_BLANKS);
}

static bool comes(const char *at, const char *set)
{
	return strspn(skip_blanks(at), set) > 0;
}

static bool take(const char **at, const char *text)
{
	const char *from = skip_blanks(*at);

	if (strncmp(from, text, strlen(text)) != 0)
		return false;
	*at = from + strlen(text);
	return true;
}

static bool take_weekday(const char **at, unsigned int *ret_day)
{
	const char *word = skip_blanks(*at);
	size_t len = strspn(word, LETTERS);

	for (unsigned int day = 0; day < WEEK; day++) {
		if ((len != 3 && len != strlen(weekdays[day])) ||
			strncasecmp(word, weekdays[day], len) != 0)
			continue;
		*at = word + len;
		*ret_day = day;
		return true;
	}
	return false;
}

static bool take_days(const char **at, unsigned int *ret_days)
{
	unsigned int days = 0;

	do {
		unsigned int day, last;

		if (!take_weekday(at, &day))
			return false;
		last = day;
		if (take(at, "..") && !take_weekday(at, &last))
			return false;
		for (; day != last; day = (day + 1) % WEEK)
			days |= 1U << day;
		days |= 1U << last;
	} while (take(at, ","));
	*ret_days = days;
	return true;
}

/* HH:MM, up to 24:00. */
static bool take_minutes(const char **at, int *ret_minutes)
{
	const char *d = skip_blanks(*at);
	int hour, minute;

	if (strspn(d, DIGITS) != 2 || d[2] != ':' || strspn(d + 3, DIGITS) != 2)
		return false;
	hour = (d[0] - '0') * 10 + (d[1] - '0');
	minute = (d[3] - '0') * 10 + (d[4] - '0');
	if (minute >= 60 || hour * 60 + minute > DAY_MINUTES)
		return false;
	*at = d + 5;
	*ret_minutes = hour * 60 + minute;
	return true;
}

static bool take_clock(const char **at, struct span *span)
{
	if (!take_minutes(at, &span->start) || span->start == DAY_MINUTES || !take(at, "-") ||
		!take_minutes(at, &span->end))
		return false;
	/* The midnight that a day ends with has one spelling. */
	if (span->end == 0)
		span->end = DAY_MINUTES;
	return true;
}

/* NULL, or what is wrong with it. */
static const char *read_span(const char *text, struct span *ret_span)
{
	struct span span = { EVERY_DAY, 0, DAY_MINUTES };
	const bool days = comes(text, LETTERS);
	bool clock;

	if (days && !take_days(&text, &span.days))
		return N_("weekdays are written \"Mon\" or \"Monday\", \"Mon,Wed\", \"Mon..Fri\"");
	clock = comes(text, DIGITS);
	if (clock && !take_clock(&text, &span))
		return N_("hours are written \"HH:MM-HH:MM\", as in \"08:00-18:00\", from 00:00 to "
			  "24:00");
	if ((!days && !clock) || *skip_blanks(text) != '\0')
		return N_("not hours; write them like \"Mon..Fri 08:00-18:00; Sat 10:00-14:00\" or "
			  "\"22:00-06:00\"");
	*ret_span = span;
	return NULL;
}

static bool has_day(unsigned int days, unsigned int day)
{
	return days >> day % WEEK & 1;
}

/* Days in a row as a range if they are three or more; the week is a ring.  "" for every day. */
static bool format_days(unsigned int days, char *text, size_t size)
{
	text[0] = '\0';
	for (unsigned int first = 0; first < WEEK; first++) {
		unsigned int last = first;
		char row[16];

		if (!has_day(days, first) || has_day(days, first + WEEK - 1))
			continue;
		while (has_day(days, last + 1))
			last++;
		(void)snprintf(row, sizeof(row), "%.3s%s%.3s", weekdays[first],
			last == first + 1 ? "," : "..", weekdays[last % WEEK]);
		if (last == first)
			row[3] = '\0';
		if (!item_append(text, size, ",", row))
			return false;
	}
	return true;
}

static bool format_span(const struct span *span, char ret_text[static SPAN_TEXT_MAX])
{
	const bool all_day = span->start == 0 && span->end == DAY_MINUTES;
	char clock[64];

	if (!format_days(span->days, ret_text, SPAN_TEXT_MAX))
		return false;
	if (all_day && span->days != EVERY_DAY)
		return true;
	(void)snprintf(clock, sizeof(clock), "%02d:%02d-%02d:%02d", span->start / 60,
		span->start % 60, span->end / 60, span->end % 60);
	return item_append(ret_text, SPAN_TEXT_MAX, " ", clock);
}

/* day: 0 for Monday. */
static bool has_minute(const struct span *span, unsigned int day, int minute)
{
	const bool today = has_day(span->days, day),
		   yesterday = has_day(span->days, day + WEEK - 1);

	if (span->start < span->end)
		return today && minute >= span->start && minute < span->end;
	return (today && minute >= span->start) || (yesterday && minute < span->end);
}

/* Takes the first span off *text, which is NULL after the last.  NULL, or what is wrong. */
static const char *take_span(const char **text, struct span *ret_span)
{
	char span[LIMITS_HOURS_MAX + 1];

	if (!item_copy(item_take(text, ';'), span, sizeof(span)))
		return too_long;
	return read_span(span, ret_span);
}

const char *hours_parse(const char *text, char *ret_hours, size_t size)
{
	char hours[LIMITS_HOURS_MAX + 1] = "";

	if (strnlen(text, TEXT_MAX + 1) > TEXT_MAX)
		return too_long;
	do {
		char spelled[SPAN_TEXT_MAX];
		struct span span;
		const char *problem = take_span(&text, &span);

		if (problem)
			return problem;
		if (!format_span(&span, spelled) ||
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
		if (has_minute(&span, day, minute))
			return true;
	} while (hours);
	return false;
}

/* The minutes of a week, which begins on Monday. */
struct week {
	bool minutes[WEEK * DAY_MINUTES];
};

static void add_minutes(struct week *week, unsigned int first, unsigned int n)
{
	const unsigned int size = sizeof(week->minutes), room = size - first;

	/* The night from Sunday to Monday ends in the same week. */
	memset(week->minutes + first, true, n < room ? n : room);
	if (n > room)
		memset(week->minutes, true, n - room);
}

static void add_span(struct week *week, const struct span *span)
{
	const int len = span->end - span->start + (span->start < span->end ? 0 : DAY_MINUTES);

	for (unsigned int day = 0; day < WEEK; day++)
		if (has_day(span->days, day))
			add_minutes(week, day * DAY_MINUTES + (unsigned int)span->start,
				(unsigned int)len);
}

/* False: they are not canonical. */
static bool fill_week(const char *hours, struct week *ret_week)
{
	struct span span;

	*ret_week = (struct week) { { false } };
	if (!is_canonical(hours))
		return false;
	do {
		if (take_span(&hours, &span))
			return false;
		add_span(ret_week, &span);
	} while (hours);
	return true;
}

bool hours_within(const char *hours, const char *outer)
{
	struct week inner, wide;

	if (!fill_week(hours, &inner) || !fill_week(outer, &wide))
		return false;
	for (size_t i = 0; i < sizeof(inner.minutes); i++)
		if (inner.minutes[i] && !wide.minutes[i])
			return false;
	return true;
}
