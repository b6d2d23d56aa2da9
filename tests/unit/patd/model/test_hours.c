/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Tests of patd/model/hours. */
#include "tests/unit/unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "patd/model/hours.h"
#include "patd/model/limits.h"

#define MINUTE 60
#define HOUR (60 * MINUTE)
#define DAY (24 * HOUR)

static void set_zone(const char *zone)
{
	assert_int_equal(setenv("TZ", zone, 1), 0);
	tzset();
}

/* The daily life of Berlin; its daylight saving is computed below, without a library. */
static int in_berlin(void **state)
{
	(void)state;
	set_zone("Europe/Berlin");
	return 0;
}

/* Days since 1970-01-01 of a date of the Gregorian calendar. */
static int64_t days_of(int year, int month, int day)
{
	static const int before[] = { 0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334 };
	const int past = year - 1;
	const bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;

	return past * 365LL + past / 4 - past / 100 + past / 400 - 719162 + before[month - 1] +
	       (leap && month > 2) + day - 1;
}

static uint64_t utc(int year, int month, int day, int hour, int minute)
{
	return (uint64_t)(days_of(year, month, day) * DAY + hour * HOUR + minute * MINUTE);
}

/* 0 is Monday; 1970-01-01 was a Thursday. */
static int weekday_of(int64_t days)
{
	return (int)((days + 3) % 7);
}

/* Directive 2000/84/EC: the last Sunday of the month, 01:00 UTC. */
static uint64_t change_of(int year, int month)
{
	const int64_t last = days_of(year, month, 31);

	return (uint64_t)((last - (weekday_of(last) + 1) % 7) * DAY + HOUR);
}

static uint64_t berlin_offset(int year, uint64_t time)
{
	return time >= change_of(year, 3) && time < change_of(year, 10) ? 2 * HOUR : HOUR;
}

static void hours_have_a_canonical_spelling(void **state)
{
	static const struct {
		const char *text, *hours;
	} table[] = {
		{ "Mon..Fri 08:00-18:00; Sat 10:00-14:00",
			"Mon..Fri 08:00-18:00; Sat 10:00-14:00" },
		{ "22:00-06:00", "22:00-06:00" },
		{ "Mon,Wed", "Mon,Wed" },
		{ "monday..FRIDAY 08:00-18:00", "Mon..Fri 08:00-18:00" },
		{ "Monday , tue,WEDNESDAY,Thu..friday;saturday\t10:00 - 14:00 ;sUn",
			"Mon..Fri; Sat 10:00-14:00; Sun" },
		{ "Tuesday,Thursday,Saturday,Sunday", "Tue,Thu,Sat,Sun" },
		{ "Sat 10:00-14:00; Mon 08:00-18:00", "Sat 10:00-14:00; Mon 08:00-18:00" },
		{ "Wed,Mon,Wed", "Mon,Wed" },
		{ "Mon..Mon", "Mon" },
		{ "Mon..Tue", "Mon,Tue" },
		{ "Mon,Tue,Wed", "Mon..Wed" },
		{ "Mon..Wed,Tue..Thu", "Mon..Thu" },
		{ "Fri..Mon", "Fri..Mon" },
		{ "Mon,Sun", "Sun,Mon" },
		{ "Sun,Mon,Tue,Thu,Fri", "Thu,Fri,Sun..Tue" },
		{ "Mon..Fri,Sun", "Sun..Fri" },
		{ "Mon..Sun", "00:00-24:00" },
		{ "Fri..Thu 08:00-09:00", "08:00-09:00" },
		{ "00:00-24:00", "00:00-24:00" },
		{ "00:00-00:00", "00:00-24:00" },
		{ "Mon 00:00-24:00", "Mon" },
		{ "Mon 00:00-00:00", "Mon" },
		{ "22:00-00:00", "22:00-24:00" },
		{ "08:00-08:00", "08:00-08:00" },
		{ "Sat 22:00-06:00", "Sat 22:00-06:00" },
		{ "23:59-24:00", "23:59-24:00" },
		{ "00:00-00:01", "00:00-00:01" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(table); i++) {
		char hours[LIMITS_HOURS_MAX + 1], again[sizeof(hours)];

		assert_null(hours_parse(table[i].text, hours, sizeof(hours)));
		assert_string_equal(hours, table[i].hours);
		assert_null(hours_parse(hours, again, sizeof(again)));
		assert_string_equal(again, hours);
	}
}

/* Each set of weekdays, given as a list of them, comes back as itself. */
static void every_set_of_weekdays_is_kept(void **state)
{
	static const char *const names[] = { "Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun" };

	(void)state;
	for (unsigned int days = 1; days < 1U << 7; days++) {
		char text[LIMITS_HOURS_MAX + 1] = "", hours[sizeof(text)], again[sizeof(text)];

		for (unsigned int day = 0; day < 7; day++)
			if (days >> day & 1)
				(void)sprintf(
					text + strlen(text), "%s%s", *text ? "," : "", names[day]);
		assert_null(hours_parse(text, hours, sizeof(hours)));
		assert_null(hours_parse(hours, again, sizeof(again)));
		assert_string_equal(again, hours);
		for (unsigned int day = 0; day < 7; day++) {
			/* 2026-01-05 was a Monday. */
			const uint64_t noon = utc(2026, 1, 5 + (int)day, 12, 0);

			assert_that(hours_match(hours, noon) == (days >> day & 1), "%s on %s",
				hours, names[day]);
		}
	}
}

static void bad_hours_are_refused_with_a_reason(void **state)
{
	static const char what[] = "not hours", weekdays[] = "weekdays are",
			  clock[] = "hours are written \"HH:MM";
	static const struct {
		const char *text, *said;
	} table[] = {
		{ "", what },
		{ " ", what },
		{ ";", what },
		{ "Mon;", what },
		{ ";Mon", what },
		{ "Mon;;Tue", what },
		{ "Mon-Fri", what },
		{ "Mon Fri", what },
		{ "Mon 08:00-18:00 Tue", what },
		{ "Mon 08:00-18:00,20:00-22:00", what },
		{ "08:00-18:00 Mon", what },
		{ "08:00-18:00Z", what },
		{ "Mon \xE2\x80\x93 Fri", what },
		{ "*", what },
		{ "-08:00-18:00", what },
		{ "always", weekdays },
		{ "Mo", weekdays },
		{ "Mond", weekdays },
		{ "Mondays", weekdays },
		{ "Montag", weekdays },
		{ "Mon,", weekdays },
		{ "Mon,,Tue", weekdays },
		{ "Mon..", weekdays },
		{ "Mon...Fri", weekdays },
		{ "Mon..Fry", weekdays },
		{ "Mon,08:00-18:00", weekdays },
		{ "Mon..Tue..Wed", what },
		{ "8:00-18:00", clock },
		{ "08:00", clock },
		{ "08:00-", clock },
		{ "08:00-8", clock },
		{ "08-18", clock },
		{ "0800-1800", clock },
		{ "08:0-18:00", clock },
		{ "008:00-18:00", clock },
		{ "08:000-18:00", clock },
		{ "08:00-18:000", clock },
		{ "08:00-18:00:00", what },
		{ "08:00:00-18:00", clock },
		{ "08:60-18:00", clock },
		{ "08:00-17:60", clock },
		{ "24:00-06:00", clock },
		{ "24:00-24:00", clock },
		{ "08:00-24:01", clock },
		{ "08:00-25:00", clock },
		{ "99:99-99:99", clock },
		{ "08 :00-18:00", clock },
		{ "08:00..18:00", clock },
		{ "08:00\xE2\x80\x93"
		  "18:00",
			clock },
		{ "8am-6pm", clock },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(table); i++) {
		char hours[LIMITS_HOURS_MAX + 1] = "untouched";
		const char *problem = hours_parse(table[i].text, hours, sizeof(hours));

		assert_that(problem && strstr(problem, table[i].said), "%s: %s", table[i].text,
			problem ? problem : "taken");
		assert_string_equal(hours, "untouched");
	}
}

static void hours_fit_the_buffer_exactly(void **state)
{
	char text[LIMITS_HOURS_MAX + 64] = "", hours[LIMITS_HOURS_MAX + 1];
	size_t len = 0;

	(void)state;
	/* The canonical spelling is longer, by a blank after each ";". */
	for (int i = 0; i < 19; i++)
		len += (size_t)sprintf(text + len, "%s08:%02d-09:00", i == 0 ? "" : ";", i);
	assert_null(hours_parse(text, hours, sizeof(hours)));
	assert_int_equal(strlen(hours), 19 * 13 - 2);
	assert_null(hours_parse(text, hours, 19 * 13 - 1));

	(void)snprintf(hours, sizeof(hours), "untouched");
	assert_non_null(strstr(hours_parse(text, hours, 19 * 13 - 2), "too many hours"));
	(void)sprintf(text + len, ";08:%02d-09:00", 19);
	assert_non_null(strstr(hours_parse(text, hours, sizeof(hours)), "too many hours"));
	memset(text, ' ', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	memcpy(text, "Mon", 3);
	text[LIMITS_HOURS_MAX + 1] = ',';
	assert_non_null(strstr(hours_parse(text, hours, sizeof(hours)), "too many hours"));
	assert_non_null(strstr(hours_parse("Mon", hours, 3), "too many hours"));
	assert_non_null(hours_parse("Mon", hours, 0));
	assert_string_equal(hours, "untouched");
}

/* Berlin, 2026-01-05, a Monday, and the days after it; without daylight saving. */
static void hours_begin_and_end_to_the_second(void **state)
{
	static const struct {
		const char *hours;
		int day, hour, minute, second;
		bool has;
	} table[] = {
		{ "Mon..Fri 08:00-18:00", 0, 7, 59, 59, false },
		{ "Mon..Fri 08:00-18:00", 0, 8, 0, 0, true },
		{ "Mon..Fri 08:00-18:00", 0, 17, 59, 59, true },
		{ "Mon..Fri 08:00-18:00", 0, 18, 0, 0, false },
		{ "Mon..Fri 08:00-18:00", 4, 12, 0, 0, true },
		{ "Mon..Fri 08:00-18:00", 5, 12, 0, 0, false },
		{ "Mon..Fri 08:00-18:00", 6, 12, 0, 0, false },
		{ "Mon..Fri 08:00-18:00; Sat 10:00-14:00", 5, 10, 0, 0, true },
		{ "Mon..Fri 08:00-18:00; Sat 10:00-14:00", 5, 14, 0, 0, false },
		{ "Mon..Fri 08:00-18:00; Sat 10:00-14:00", 1, 8, 0, 0, true },
		/* All day. */
		{ "Mon", 0, 0, 0, 0, true },
		{ "Mon", 0, 23, 59, 59, true },
		{ "Mon", 1, 0, 0, 0, false },
		{ "Mon", 6, 23, 59, 59, false },
		{ "00:00-24:00", 3, 0, 0, 0, true },
		{ "00:00-24:00", 3, 23, 59, 59, true },
		/* Up to midnight. */
		{ "Mon 20:00-24:00", 0, 23, 59, 59, true },
		{ "Mon 20:00-24:00", 1, 0, 0, 0, false },
		{ "Mon 20:00-24:00", 0, 0, 0, 0, false },
		/* Over night: Saturday's night ends on Sunday morning. */
		{ "Sat 22:00-06:00", 5, 5, 59, 59, false },
		{ "Sat 22:00-06:00", 5, 21, 59, 59, false },
		{ "Sat 22:00-06:00", 5, 22, 0, 0, true },
		{ "Sat 22:00-06:00", 6, 0, 0, 0, true },
		{ "Sat 22:00-06:00", 6, 5, 59, 59, true },
		{ "Sat 22:00-06:00", 6, 6, 0, 0, false },
		{ "Sat 22:00-06:00", 6, 22, 0, 0, false },
		{ "Sun 22:00-06:00", 7, 5, 59, 59, true },
		{ "Sun 22:00-06:00", 7, 6, 0, 0, false },
		{ "Sun 22:00-06:00", 0, 5, 59, 59, true },
		{ "22:00-06:00", 2, 0, 0, 0, true },
		{ "22:00-06:00", 2, 6, 0, 0, false },
		{ "22:00-06:00", 2, 21, 59, 59, false },
		{ "22:00-06:00", 2, 22, 0, 0, true },
		/* A day from eight to eight. */
		{ "Mon 08:00-08:00", 0, 7, 59, 59, false },
		{ "Mon 08:00-08:00", 0, 8, 0, 0, true },
		{ "Mon 08:00-08:00", 1, 7, 59, 59, true },
		{ "Mon 08:00-08:00", 1, 8, 0, 0, false },
		/* Around the end of the week. */
		{ "Fri..Mon", 3, 23, 59, 59, false },
		{ "Fri..Mon", 4, 0, 0, 0, true },
		{ "Fri..Mon", 6, 12, 0, 0, true },
		{ "Fri..Mon", 7, 23, 59, 59, true },
		{ "Fri..Mon", 8, 0, 0, 0, false },
		{ "Sun,Mon 23:00-01:00", 6, 23, 0, 0, true },
		{ "Sun,Mon 23:00-01:00", 8, 0, 59, 59, true },
		{ "Sun,Mon 23:00-01:00", 6, 0, 30, 0, false },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(table); i++) {
		/* Berlin is an hour ahead. */
		const uint64_t time =
			utc(2026, 1, 5 + table[i].day, table[i].hour - 1, table[i].minute) +
			(uint64_t)table[i].second;

		assert_that(hours_match(table[i].hours, time) == table[i].has,
			"%s on day %d %02d:%02d:%02d", table[i].hours, table[i].day, table[i].hour,
			table[i].minute, table[i].second);
	}
}

static void empty_hours_permit_any_time(void **state)
{
	(void)state;
	assert_true(hours_match("", 0));
	assert_true(hours_match("", utc(2026, 1, 5, 12, 0)));
	assert_true(hours_match("", UINT64_MAX));
}

/* 02:00 to 03:00 is skipped in March, and comes twice in October. */
static void daylight_saving_skips_and_repeats(void **state)
{
	(void)state;
	for (int year = 2026; year <= 2027; year++) {
		const uint64_t spring = change_of(year, 3), autumn = change_of(year, 10);

		/* 01:59:59, then 03:00:00 */
		assert_true(hours_match("Sun 01:00-02:00", spring - 1));
		assert_false(hours_match("Sun 01:00-02:00", spring));
		assert_true(hours_match("Sun 03:00-04:00", spring));
		for (uint64_t at = spring - DAY / 2; at < spring + DAY / 2; at += MINUTE)
			assert_false(hours_match("Sun 02:00-03:00", at));
		/* What lies across it is an hour short; the clock counts. */
		assert_false(hours_match("Sat 22:00-06:00", spring - 4 * HOUR - 1));
		assert_true(hours_match("Sat 22:00-06:00", spring - 4 * HOUR));
		assert_true(hours_match("Sat 22:00-06:00", spring + 3 * HOUR - 1));
		assert_false(hours_match("Sat 22:00-06:00", spring + 3 * HOUR));

		/* 02:00:00 to 02:59:59, and again. */
		assert_false(hours_match("Sun 02:00-03:00", autumn - HOUR - 1));
		assert_true(hours_match("Sun 02:00-03:00", autumn - HOUR));
		assert_true(hours_match("Sun 02:00-03:00", autumn - 1));
		assert_true(hours_match("Sun 02:00-03:00", autumn));
		assert_true(hours_match("Sun 02:00-03:00", autumn + HOUR - 1));
		assert_false(hours_match("Sun 02:00-03:00", autumn + HOUR));
		assert_true(hours_match("Sun 02:30-02:45", autumn - HOUR / 2));
		assert_false(hours_match("Sun 02:30-02:45", autumn));
		assert_true(hours_match("Sun 02:30-02:45", autumn + HOUR / 2));
		/* And an hour long. */
		assert_true(hours_match("Sat 22:00-06:00", autumn - 5 * HOUR));
		assert_false(hours_match("Sat 22:00-06:00", autumn - 5 * HOUR - 1));
		assert_true(hours_match("Sat 22:00-06:00", autumn + 4 * HOUR - 1));
		assert_false(hours_match("Sat 22:00-06:00", autumn + 4 * HOUR));

		/* Working hours stay where they are on the wall. */
		assert_true(hours_match("Mon 08:00-18:00", spring + 29 * HOUR));
		assert_false(hours_match("Mon 08:00-18:00", spring + 29 * HOUR - 1));
		assert_true(hours_match("Mon 08:00-18:00", autumn + 30 * HOUR));
		assert_false(hours_match("Mon 08:00-18:00", autumn + 30 * HOUR - 1));
	}
}

/* One span of a week, painted minute by minute. */
struct span {
	const char *days; /* a letter for each, Monday first; '-' is not */
	int start, end;   /* minutes; end may be on the next day */
};

static void paint(bool week[static 7 * 24 * 60], const struct span *span)
{
	for (int day = 0; day < 7; day++)
		for (int minute = span->start; span->days[day] != '-' && minute < span->end;
			minute++)
			week[(day * 24 * 60 + minute) % (7 * 24 * 60)] = true;
}

/* Every minute of the weeks around a change of the clock, every 31st else. */
static uint64_t step_at(int year, uint64_t at)
{
	for (int month = 3; month <= 10; month += 7)
		if (at + 7 * DAY > change_of(year, month) && at < change_of(year, month) + 7 * DAY)
			return MINUTE;
	return 31 * MINUTE;
}

/* Two years in Berlin, against a painted week and a calendar of our own. */
static void each_minute_of_two_years_is_right(void **state)
{
	static const struct {
		const char *hours;
		struct span spans[3];
	} table[] = {
		{ "Mon..Fri 08:00-18:00; Sat 10:00-14:00",
			{ { "MTWTF--", 480, 1080 }, { "-----S-", 600, 840 } } },
		{ "22:00-06:00", { { "MTWTFSS", 1320, 1800 } } },
		{ "Sat 22:00-06:00; Sun 02:30-03:30; Mon",
			{ { "-----S-", 1320, 1800 }, { "------S", 150, 210 },
				{ "M------", 0, 1440 } } },
		{ "Fri..Mon 12:34-12:34", { { "M---FSS", 754, 2194 } } },
		{ "Tue,Thu,Sun 20:01-24:00", { { "-T-T--S", 1201, 1440 } } },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(table); i++) {
		bool week[7 * 24 * 60] = { false };

		for (size_t s = 0; s < COUNT(table[i].spans) && table[i].spans[s].days; s++)
			paint(week, &table[i].spans[s]);
		for (int year = 2026; year <= 2027; year++) {
			const uint64_t end = utc(year + 1, 1, 1, 0, 0);

			for (uint64_t at = utc(year, 1, 1, 0, 0); at < end;
				at += step_at(year, at)) {
				const uint64_t wall = at + berlin_offset(year, at);
				const size_t minute =
					(size_t)weekday_of((int64_t)(wall / DAY)) * 24 * 60 +
					wall % DAY / MINUTE;

				assert_that(hours_match(table[i].hours, at) == week[minute],
					"%s at %llu", table[i].hours, (unsigned long long)at);
			}
		}
	}
}

static void current_time_zone_is_used(void **state)
{
	const uint64_t noon = utc(2026, 1, 5, 12, 0);

	(void)state;
	/* Only the environment changes: that is what hours_match() has to notice. */
	assert_true(hours_match("Mon 13:00-13:01", noon));
	assert_int_equal(setenv("TZ", "UTC0", 1), 0);
	assert_true(hours_match("Mon 12:00-12:01", noon));
	assert_int_equal(setenv("TZ", "<+0545>-5:45", 1), 0);
	assert_true(hours_match("Mon 17:45-17:46", noon));
	assert_int_equal(setenv("TZ", "<-12>12", 1), 0);
	assert_true(hours_match("Mon 00:00-00:01", noon));
	assert_false(hours_match("Sun", noon));
	assert_true(hours_match("Sun", noon - 1));
	assert_int_equal(setenv("TZ", "<+14>-14", 1), 0);
	assert_true(hours_match("Tue 02:00-02:01", noon));
	/* Half an hour of daylight saving, until 2026-04-05 02:00 there. */
	assert_int_equal(setenv("TZ", "<+1030>-10:30<+11>-11,M10.1.0,M4.1.0", 1), 0);
	assert_true(hours_match("Sun 01:59-02:00", utc(2026, 4, 4, 14, 59)));
	assert_true(hours_match("Sun 01:30-01:31", utc(2026, 4, 4, 15, 0)));
	assert_true(hours_match("Sun 02:00-02:01", utc(2026, 4, 4, 15, 30)));
}

static void damaged_hours_permit_no_time(void **state)
{
	static const char *const table[] = {
		" ",
		";",
		"mon",
		"Monday",
		"Mon ",
		" Mon",
		"Mon;",
		"Mon;Tue",
		"Mon;  Tue",
		"Mon; Tu",
		"Mon; ",
		"Mon, Tue",
		"Mon..Tue",
		"Mon..Sun",
		"Mon 00:00-24:00",
		"00:00-00:00",
		"00:00-24:00;",
		"00:00-24:00; garbage",
		"00:00-24:00\n",
		"00:00 - 24:00",
		"00:00-24:01",
		"0:00-24:00",
		"always",
		"\xFF",
	};
	char text[2 * LIMITS_HOURS_MAX] = "Mon";

	(void)state;
	for (size_t i = 0; i < COUNT(table); i++)
		assert_that(!hours_match(table[i], utc(2026, 1, 5, 12, 0)), "%s", table[i]);
	for (size_t len = 3; len + 6 < sizeof(text); len += 5)
		(void)sprintf(text + len, "; Mon");
	assert_false(hours_match(text, utc(2026, 1, 5, 12, 0)));
}

/* "Tue 08:00-09:00" cut after "Tue" would be the whole day. */
static void scope__hours_that_may_have_been_cut_are_refused(void **state)
{
	char text[1024 + 1], hours[LIMITS_HOURS_MAX + 1] = "as before";

	(void)state;
	memset(text, ' ', sizeof(text));
	for (size_t i = 100; i < sizeof(text); i += 100)
		text[i] = ';';
	for (size_t i = 0; i < sizeof(text); i += 100)
		memcpy(text + i + 1, "Tue", 3);
	text[sizeof(text) - 1] = '\0';
	assert_non_null(hours_parse(text, hours, sizeof(hours)));
	assert_string_equal(hours, "as before");
	text[sizeof(text) - 2] = '\0';
	assert_null(hours_parse(text, hours, sizeof(hours)));
}

static void time_beyond_the_calendar_is_outside(void **state)
{
	(void)state;
	assert_false(hours_match("00:00-24:00", UINT64_MAX));
	assert_false(hours_match("00:00-24:00", (uint64_t)INT64_MAX));
	assert_false(hours_match("00:00-24:00", (uint64_t)INT64_MAX + 1));
	assert_true(hours_match("00:00-24:00", 0));
	assert_true(hours_match("00:00-24:00", utc(9999, 12, 31, 0, 0)));
}

/* As an altered row could have it, had it no MAC: what narrows is decided by what is kept. */
static void hours_that_are_not_canonical_are_within_none(void **state)
{
	(void)state;
	assert_true(hours_within("Mon", "Mon,Tue"));
	assert_false(hours_within("", "00:00-24:00"));
	assert_false(hours_within("Monday", "Mon"));
	assert_false(hours_within("Mon", "Monday"));
	assert_false(hours_within("Mon", ""));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(hours_that_are_not_canonical_are_within_none),
		cmocka_unit_test(hours_have_a_canonical_spelling),
		cmocka_unit_test_setup(every_set_of_weekdays_is_kept, in_berlin),
		cmocka_unit_test(bad_hours_are_refused_with_a_reason),
		cmocka_unit_test(hours_fit_the_buffer_exactly),
		cmocka_unit_test_setup(hours_begin_and_end_to_the_second, in_berlin),
		cmocka_unit_test(empty_hours_permit_any_time),
		cmocka_unit_test_setup(daylight_saving_skips_and_repeats, in_berlin),
		cmocka_unit_test_setup(each_minute_of_two_years_is_right, in_berlin),
		cmocka_unit_test_setup(current_time_zone_is_used, in_berlin),
		cmocka_unit_test_setup(damaged_hours_permit_no_time, in_berlin),
		cmocka_unit_test(scope__hours_that_may_have_been_cut_are_refused),
		cmocka_unit_test_setup(time_beyond_the_calendar_is_outside, in_berlin),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
