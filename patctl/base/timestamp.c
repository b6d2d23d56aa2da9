/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Parsing and formatting points in time. */
#include "patctl/base/timestamp.h"

#include <string.h>
#include <time.h>

#include "common/l10n.h"
#include "common/lifetime.h"
#include "patctl/base/text.h"

#define MINUTE 60U /* seconds, as the rest */
#define HOUR 3600U
#define DAY 86400U
#define MONTH 2629800U /* of 30.44 days, as in common/timespan.h */
#define YEAR 31557600U

static const char not_a_date[] = N_("not a date; write it like 2027-01-31, \"2027-01-31 18:00\" or "
				    "\"2027-01-31 18:00:00 UTC\"");

/* Days by their distance from today. */
static const struct {
	const char *word;
	int distance;
} near_days[] = {
	{ "yesterday", -1 },
	{ "today", 0 },
	{ "tomorrow", 1 },
};

#define DAYS (sizeof(near_days) / sizeof(near_days[0]))

/* The index in near_days of the word that text begins with, DAYS if there is none. */
static size_t find_day(const char *text)
{
	size_t i = 0;

	while (i < DAYS && strncmp(text, near_days[i].word, strlen(near_days[i].word)) != 0)
		i++;
	return i;
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

bool timestamp_shaped(const char *text)
{
	size_t digits = strspn(text, "0123456789");

	return find_day(text) < DAYS ||
	       (digits > 0 && strchr("-/:", text[digits]) && text[digits] != '\0');
}

/* Exactly digits decimal digits; moves *at past them. */
static bool read_number(const char **at, int digits, int *ret)
{
	int value = 0;

	for (int i = 0; i < digits; i++) {
		if (!is_digit((*at)[i]))
			return false;
		value = value * 10 + ((*at)[i] - '0');
	}
	*at += digits;
	*ret = value;
	return true;
}

static bool read_char(const char **at, const char *set)
{
	if (**at == '\0' || !strchr(set, **at))
		return false;
	(*at)++;
	return true;
}

static bool read_date(const char **at, struct tm *tm)
{
	if (!read_number(at, 4, &tm->tm_year) || !read_char(at, "-") ||
		!read_number(at, 2, &tm->tm_mon) || !read_char(at, "-") ||
		!read_number(at, 2, &tm->tm_mday))
		return false;
	tm->tm_year -= 1900;
	tm->tm_mon -= 1;
	return true;
}

/* A fraction, as of journalctl --output=short-precise, is cut off. */
static bool read_seconds(const char **at, struct tm *tm)
{
	if (!read_number(at, 2, &tm->tm_sec))
		return false;
	if (**at == '.' && is_digit((*at)[1]))
		*at += 1 + strspn(*at + 1, "0123456789");
	return true;
}

static bool read_clock(const char **at, struct tm *tm)
{
	return read_number(at, 2, &tm->tm_hour) && read_char(at, ":") &&
	       read_number(at, 2, &tm->tm_min) && (!read_char(at, ":") || read_seconds(at, tm));
}

static bool same_reading(const struct tm *a, const struct tm *b)
{
	return a->tm_year == b->tm_year && a->tm_mon == b->tm_mon && a->tm_mday == b->tm_mday &&
	       a->tm_hour == b->tm_hour && a->tm_min == b->tm_min && a->tm_sec == b->tm_sec;
}

/* " CET", as timestamp_local() prints it: without the blank; NULL if text is no local zone. */
static const char *read_zone(const char *text)
{
	tzset();
	if (*text != ' ')
		return NULL;
	text++;
	return strcmp(text, tzname[0]) == 0 || strcmp(text, tzname[1]) == 0 ? text : NULL;
}

/*
 * mktime() normalizes a time that does not exist, so that a reading exists if it comes back
 * unchanged.  tm_isdst is tried both ways since a reading may come twice; zone, unless it is NULL,
 * says which is meant.
 */
static bool resolve(const struct tm *reading, bool utc, const char *zone, time_t *ret)
{
	bool found = false;
	time_t earliest = 0;

	for (int dst = -1; dst <= 1; dst++) {
		struct tm tm = *reading;
		time_t at;

		tm.tm_isdst = utc ? 0 : dst;
		at = utc ? timegm(&tm) : mktime(&tm);
		if (!same_reading(&tm, reading) || (found && at >= earliest) ||
			(zone && strcmp(tm.tm_zone, zone) != 0))
			continue;
		earliest = at;
		found = true;
	}
	if (found)
		*ret = earliest;
	return found;
}

/* The reading of the day that is so far from now, at 00:00:00. */
static bool read_day(uint64_t now, int distance, bool utc, struct tm *tm)
{
	time_t clock = (time_t)now;

	if (utc ? !gmtime_r(&clock, tm) : !localtime_r(&clock, tm))
		return false;
	/* The conversion is only for the carry of the calendar, and every day has a noon. */
	tm->tm_mday += distance;
	tm->tm_hour = 12;
	tm->tm_isdst = -1;
	(void)(utc ? timegm(tm) : mktime(tm));
	tm->tm_hour = tm->tm_min = tm->tm_sec = 0;
	return true;
}

/* The time of day may be missing; " UTC" may follow. */
static bool read_date_and_clock(const char **at, struct tm *tm)
{
	if (!read_date(at, tm))
		return false;
	if ((**at != 'T' && **at != ' ') || !is_digit((*at)[1]))
		return true;
	(*at)++;
	return read_clock(at, tm);
}

const char *timestamp_parse(const char *text, uint64_t now, uint64_t *ret)
{
	const size_t day = find_day(text);
	struct tm tm = { 0 };
	const char *p = text, *zone;
	bool utc;
	time_t at;

	if (day < DAYS)
		p += strlen(near_days[day].word);
	else if (!read_date_and_clock(&p, &tm))
		return not_a_date;

	utc = strcmp(p, "Z") == 0 || strcmp(p, " UTC") == 0;
	zone = utc ? NULL : read_zone(p);
	if (*p != '\0' && !utc && !zone)
		return not_a_date;

	if ((day < DAYS && !read_day(now, near_days[day].distance, utc, &tm)) ||
		!resolve(&tm, utc, zone, &at))
		return N_("no such date or time");
	if (at < 0)
		return N_("the date is in the past");
	if ((uint64_t)at > PAT_EXPIRES_MAX)
		return N_("the date is beyond the year 9999");
	*ret = (uint64_t)at;
	return NULL;
}

static char *format(uint64_t at, bool utc)
{
	const time_t clock = (time_t)at;
	char text[64];
	struct tm tm;

	if (at > PAT_EXPIRES_MAX || !(utc ? gmtime_r(&clock, &tm) : localtime_r(&clock, &tm)) ||
		strftime(text, sizeof(text), utc ? "%Y-%m-%dT%H:%M:%SZ" : "%Y-%m-%d %H:%M:%S %Z",
			&tm) == 0)
		return text_format("?");
	return text_format("%s", text);
}

char *timestamp_utc(uint64_t at)
{
	return format(at, true);
}

char *timestamp_local(uint64_t at)
{
	return format(at, false);
}

enum unit {
	UNIT_SECOND,
	UNIT_MINUTE,
	UNIT_HOUR,
	UNIT_DAY,
	UNIT_MONTH,
	UNIT_YEAR
};

/* Of what is left, half a unit or more is a whole one: made for 30 days, it has 30 days. */
static unsigned long count(uint64_t seconds, uint64_t unit, bool ahead)
{
	return (unsigned long)(seconds / unit + (ahead && seconds % unit >= unit - unit / 2));
}

/* The largest unit of which there are enough. */
static enum unit choose_unit(uint64_t at, uint64_t now, unsigned long *ret_n)
{
	static const struct {
		uint64_t seconds;
		unsigned long enough; /* of it, for the next larger unit */
	} units[] = { { 1, 60 }, { MINUTE, 60 }, { HOUR, 24 }, { DAY, 60 }, { MONTH, 24 } };
	const bool ahead = at > now;
	const uint64_t distance = ahead ? at - now : now - at;

	for (enum unit unit = UNIT_SECOND; unit < UNIT_YEAR; unit++) {
		*ret_n = count(distance, units[unit].seconds, ahead);
		if (*ret_n < units[unit].enough)
			return unit;
	}
	*ret_n = count(distance, YEAR, ahead);
	return UNIT_YEAR;
}

char *timestamp_age(uint64_t at, uint64_t now)
{
	const bool ahead = at > now;
	unsigned long n;

	switch (choose_unit(at, now, &n)) {
	case UNIT_YEAR:
		return ahead ? text_format(P_("in %lu year", "in %lu years", n), n)
			     : text_format(P_("%lu year ago", "%lu years ago", n), n);
	case UNIT_MONTH:
		return ahead ? text_format(P_("in %lu month", "in %lu months", n), n)
			     : text_format(P_("%lu month ago", "%lu months ago", n), n);
	case UNIT_DAY:
		return ahead ? text_format(P_("in %lu day", "in %lu days", n), n)
			     : text_format(P_("%lu day ago", "%lu days ago", n), n);
	case UNIT_HOUR:
		return ahead ? text_format(P_("in %lu hour", "in %lu hours", n), n)
			     : text_format(P_("%lu hour ago", "%lu hours ago", n), n);
	case UNIT_MINUTE:
		return ahead ? text_format(P_("in %lu minute", "in %lu minutes", n), n)
			     : text_format(P_("%lu minute ago", "%lu minutes ago", n), n);
	case UNIT_SECOND:
		break;
	}
	if (n == 0)
		return text_format("%s", _("now"));
	return ahead ? text_format(P_("in %lu second", "in %lu seconds", n), n)
		     : text_format(P_("%lu second ago", "%lu seconds ago", n), n);
}

char *timestamp_short_age(uint64_t at, uint64_t now)
{
	const bool ahead = at > now;
	unsigned long n;

	switch (choose_unit(at, now, &n)) {
	case UNIT_YEAR:
		return ahead ? text_format(_("in %luy"), n) : text_format(_("%luy ago"), n);
	case UNIT_MONTH:
		return ahead ? text_format(_("in %lumo"), n) : text_format(_("%lumo ago"), n);
	case UNIT_DAY:
		return ahead ? text_format(_("in %lud"), n) : text_format(_("%lud ago"), n);
	case UNIT_HOUR:
		return ahead ? text_format(_("in %luh"), n) : text_format(_("%luh ago"), n);
	case UNIT_MINUTE:
		return ahead ? text_format(_("in %lumin"), n) : text_format(_("%lumin ago"), n);
	case UNIT_SECOND:
		break;
	}
	if (n == 0)
		return text_format("%s", _("now"));
	return ahead ? text_format(_("in %lus"), n) : text_format(_("%lus ago"), n);
}
