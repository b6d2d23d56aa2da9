/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Parsing points in time as journalctl(1) takes them. */
#include "patctl/base/journal_time.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include "common/l10n.h"
#include "common/lifetime.h"
#include "common/timespan.h"
#include "patctl/base/text.h"
#include "patctl/base/timestamp.h"

static const char beyond[] = N_("the time is beyond the year 9999");

static const char digits[] = "0123456789";

static bool ends_with(const char *text, const char *end)
{
	const size_t len = strlen(text), end_len = strlen(end);

	return len > end_len && strcmp(text + len - end_len, end) == 0;
}

static bool is_utc(const char *text)
{
	return ends_with(text, "Z") || ends_with(text, " UTC");
}

/* The parts of at, in local time or in UTC. */
static bool split(uint64_t at, bool utc, struct tm *ret)
{
	const time_t clock = (time_t)at;

	return (utc ? gmtime_r(&clock, ret) : localtime_r(&clock, ret)) != NULL;
}

static const char *parse_seconds(const char *text, uint64_t *ret)
{
	const size_t len = strspn(text, digits);
	const char *fraction = text + len;
	uint64_t at;

	if (len == 0 ||
		(*fraction != '\0' && (*fraction != '.' || fraction[1] == '\0' ||
					      fraction[1 + strspn(fraction + 1, digits)] != '\0')))
		return N_("after \"@\" a number of seconds is needed");
	errno = 0;
	at = strtoull(text, NULL, 10);
	if (errno != 0 || at > PAT_EXPIRES_MAX)
		return beyond;
	*ret = at;
	return NULL;
}

/* sign: that of the period, "-" or "+". */
static const char *parse_period(
	const char *text, char sign, uint64_t now, uint64_t *ret, bool *ret_has_m)
{
	struct timespan span;
	const char *problem = timespan_parse(text, &span);
	uint64_t seconds;

	if (problem)
		return problem;
	seconds = span.usec / 1000000;
	if (seconds == 0)
		return N_("the minimum is one second");
	if (sign == '+' && now + seconds > PAT_EXPIRES_MAX)
		return beyond;
	*ret_has_m = span.has_m;
	if (sign == '+')
		*ret = now + seconds;
	else
		*ret = seconds < now ? now - seconds : 0;
	return NULL;
}

/* "18:00" or "8:00", of today. */
static const char *parse_clock(const char *text, uint64_t now, uint64_t *ret)
{
	cleanup_text char *whole = NULL;
	char date[sizeof("9999-12-31")];
	struct tm tm;

	if (!split(now, is_utc(text), &tm) || strftime(date, sizeof(date), "%Y-%m-%d", &tm) == 0)
		return beyond;
	whole = text_format("%s %s%s", date, text[1] == ':' ? "0" : "", text);
	return timestamp_parse(whole, now, ret);
}

/* The weekday that text begins with, and *ret_rest after it and blanks; -1 if there is none. */
static int read_weekday(const char *text, const char **ret_rest)
{
	static const char *const names[] = { "Sunday", "Monday", "Tuesday", "Wednesday", "Thursday",
		"Friday", "Saturday" };
	const size_t len = strcspn(text, " ");

	for (int i = 0; i < 7; i++)
		if (text[len] == ' ' && (len == 3 || len == strlen(names[i])) &&
			strncasecmp(text, names[i], len) == 0) {
			*ret_rest = text + len + strspn(text + len, " ");
			return i;
		}
	return -1;
}

/* Whether text begins with the hour of a clock, and not with a date. */
static bool is_clock(const char *text)
{
	const size_t len = strspn(text, digits);

	return len > 0 && text[len] == ':';
}

/* A date, or a time of today. */
static const char *parse_date(const char *text, int weekday, uint64_t now, uint64_t *ret)
{
	uint64_t at;
	const char *problem =
		is_clock(text) ? parse_clock(text, now, &at) : timestamp_parse(text, now, &at);
	struct tm tm;

	if (problem)
		return problem;
	if (weekday >= 0 && (!split(at, is_utc(text), &tm) || tm.tm_wday != weekday))
		return N_("the date is another day of the week");
	*ret = at;
	return NULL;
}

const char *journal_time_parse(const char *text, uint64_t now, uint64_t *ret, bool *ret_has_m)
{
	static const struct {
		const char *word;
		char sign;
	} ends[] = { { " ago", '-' }, { " left", '+' } };
	const char *rest = text;
	const int weekday = read_weekday(text, &rest);

	*ret_has_m = false;
	if (strcmp(text, "now") == 0) {
		*ret = now;
		return NULL;
	}
	if (*text == '@')
		return parse_seconds(text + 1, ret);
	if (weekday >= 0 || is_clock(text) || timestamp_shaped(text))
		return parse_date(rest, weekday, now, ret);
	if (*text == '-' || *text == '+')
		return parse_period(text + 1, *text, now, ret, ret_has_m);
	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++)
		if (ends_with(text, ends[i].word)) {
			cleanup_text char *period = text_format(
				"%.*s", (int)(strlen(text) - strlen(ends[i].word)), text);

			return parse_period(period, ends[i].sign, now, ret, ret_has_m);
		}
	if (!strpbrk(text, digits))
		return N_("not a time; write it like \"2h ago\", \"yesterday\" or \"2027-01-31 "
			  "08:00\"");
	return parse_period(text, '-', now, ret, ret_has_m);
}
