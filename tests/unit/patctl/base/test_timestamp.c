/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Points in time, in a time zone whose daylight saving is known: Berlin's. */
#include "tests/unit/unit.h"

#include <stdlib.h>
#include <time.h>

#include "patctl/base/text.h"
#include "patctl/base/timestamp.h"

#define NOW UINT64_C(1800000000) /* 2027-01-15 08:00:00 UTC */
#define DAY 86400

/* POSIX notation, so that the machine needs no tzdata. */
static int in_berlin(void **state)
{
	(void)state;
	setenv("TZ", "CET-1CEST,M3.5.0,M10.5.0/3", 1);
	tzset();
	return 0;
}

static void expect(const char *text, uint64_t at)
{
	uint64_t got;

	assert_null(timestamp_parse(text, NOW, &got));
	assert_int_equal(got, at);
}

static void utc_is_parsed(void **state)
{
	(void)state;
	expect("2027-01-15 08:00:00 UTC", NOW);
	expect("2027-01-15T08:00:00Z", NOW);
	expect("2027-01-15 08:00Z", NOW);
	expect("2027-01-15 UTC", NOW - 8 * 3600);
	expect("2028-02-29T00:00Z", 1835395200);
	expect("1970-01-01Z", 0);
	expect("9999-12-31T23:59:59Z", UINT64_C(253402300799));
	expect("tomorrow UTC", NOW + 16 * 3600);
	expect("today UTC", NOW - 8 * 3600);
	expect("yesterday UTC", NOW - 32 * 3600);
}

static void local_time_is_parsed(void **state)
{
	(void)state;
	expect("2027-01-15 09:00:00", NOW);
	expect("2027-01-15T09:00", NOW);
	expect("2027-01-15", NOW - 9 * 3600);
	expect("2027-07-01 02:00", 1814400000); /* 00:00 UTC */
	expect("tomorrow", NOW + 15 * 3600);
	expect("today", NOW - 9 * 3600);
	expect("yesterday", NOW - 33 * 3600);
}

static void printed_local_time_is_parsed(void **state)
{
	/* An hour around the end of daylight saving, in which each reading comes twice. */
	(void)state;
	for (uint64_t at = 1792888200; at < 1792888200 + 3 * 3600; at += 1800) {
		cleanup_text char *text = timestamp_local(at);

		expect(text, at);
	}
	expect("2027-01-15 09:00:00.75", NOW);
}

static void tomorrow_can_be_in_another_year(void **state)
{
	uint64_t at;

	(void)state;
	assert_null(timestamp_parse("tomorrow", 1830294000 - 60, &at)); /* 2027-12-31 23:59 */
	assert_int_equal(at, 1830294000);
}

static void skipped_local_time_is_refused(void **state)
{
	uint64_t at;

	(void)state;
	assert_string_equal(timestamp_parse("2027-03-28 02:30", NOW, &at), "no such date or time");
	expect("2027-03-28 01:59:59", 1806195599);
	expect("2027-03-28 03:00", 1806195600);
}

static void repeated_local_time_is_the_earlier_one(void **state)
{
	(void)state;
	expect("2027-10-31 02:30", 1824942600); /* 00:30 UTC, not 01:30 */
}

static void date_that_does_not_exist_is_refused(void **state)
{
	static const char *const bad[] = { "2027-02-29", "2027-02-30", "2027-13-01", "2027-00-10",
		"2027-01-00", "2027-01-32", "2027-04-31", "2027-01-31 24:00", "2027-01-31 25:00",
		"2027-01-31 12:60", "2027-01-31 12:30:60", "2027-02-30T00:00Z", "0000-00-00" };
	uint64_t at;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_non_null(timestamp_parse(bad[i], NOW, &at));
}

static void text_that_is_no_date_is_refused(void **state)
{
	static const char *const bad[] = { "", "2027", "2027-1-1", "2027-01", "27-01-31",
		"2027-01-31 ", "2027-01-31T", "2027-01-31 18", "2027-01-31 18:", "2027-01-31 18:0",
		"2027-01-31 18:00:0", "2027-01-31 18:00 EST", "2027-01-31 18:00 CEST",
		"2027-01-31 18:00+01:00", "2027-01-31  18:00", "2027-01-31 18:00ZZ",
		"2027-01-31 18:00.5", "12027-01-31", "-2027-01-31", "2027/01/31", "tomorrow 18:00",
		"tomorrowZZ", "18:00", "2027-01-31\n" };
	uint64_t at = 42;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_non_null(timestamp_parse(bad[i], NOW, &at));
	assert_int_equal(at, 42);
}

static void time_before_1970_or_after_9999_is_refused(void **state)
{
	uint64_t at;

	(void)state;
	assert_string_equal(
		timestamp_parse("1969-12-31T23:59:58Z", NOW, &at), "the date is in the past");
	setenv("TZ", "EST5", 1);
	tzset();
	assert_string_equal(
		timestamp_parse("9999-12-31 23:00", NOW, &at), "the date is beyond the year 9999");
	in_berlin(state);
}

static void dates_are_distinguished_from_periods(void **state)
{
	(void)state;
	assert_true(timestamp_shaped("2027-01-31"));
	assert_true(timestamp_shaped("2027/01/31"));
	assert_true(timestamp_shaped("18:00"));
	assert_true(timestamp_shaped("tomorrow"));
	assert_true(timestamp_shaped("yesterday"));
	assert_false(timestamp_shaped("30 days"));
	assert_false(timestamp_shaped("30"));
	assert_false(timestamp_shaped("-5d"));
	assert_false(timestamp_shaped(""));
}

static void assert_text(char *text, const char *expected)
{
	assert_string_equal(text, expected);
	text_free(&text);
}

static void time_is_formatted_in_utc_and_local_time(void **state)
{
	(void)state;
	assert_text(timestamp_utc(NOW), "2027-01-15T08:00:00Z");
	assert_text(timestamp_local(NOW), "2027-01-15 09:00:00 CET");
	assert_text(timestamp_utc(UINT64_MAX), "?");
}

struct age {
	int64_t distance; /* seconds after NOW */
	const char *text, *brief;
};

static void expect_ages(const struct age *ages, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		const uint64_t at = (uint64_t)((int64_t)NOW + ages[i].distance);

		assert_text(timestamp_age(at, NOW), ages[i].text);
		assert_text(timestamp_short_age(at, NOW), ages[i].brief);
	}
}

static void past_distance_is_one_unit_rounded_down(void **state)
{
	static const struct age ages[] = {
		{ 0, "now", "now" },
		{ -1, "1 second ago", "1s ago" },
		{ -59, "59 seconds ago", "59s ago" },
		{ -60, "1 minute ago", "1min ago" },
		{ -3 * 60 - 59, "3 minutes ago", "3min ago" },
		{ -3600, "1 hour ago", "1h ago" },
		{ -DAY + 1, "23 hours ago", "23h ago" },
		{ -3 * DAY, "3 days ago", "3d ago" },
		{ -4 * DAY + 1, "3 days ago", "3d ago" },
		{ -60 * DAY + 1, "59 days ago", "59d ago" },
		{ -61 * DAY, "2 months ago", "2mo ago" },
		{ -10 * INT64_C(31557600), "10 years ago", "10y ago" },
	};

	(void)state;
	expect_ages(ages, COUNT(ages));
}

static void distance_ahead_is_one_unit_rounded_to_the_nearest(void **state)
{
	static const struct age ages[] = {
		{ 1, "in 1 second", "in 1s" },
		{ 59, "in 59 seconds", "in 59s" },
		{ 60, "in 1 minute", "in 1min" },
		{ 3600 - 1, "in 1 hour", "in 1h" },
		{ DAY - 1, "in 1 day", "in 1d" },
		{ 30 * DAY, "in 30 days", "in 30d" },
		{ 30 * DAY - 1, "in 30 days", "in 30d" },
		{ 30 * DAY - DAY / 2, "in 30 days", "in 30d" },
		{ 30 * DAY - DAY / 2 - 1, "in 29 days", "in 29d" },
		{ 60 * DAY - 1, "in 2 months", "in 2mo" },
		{ 90 * DAY - 1, "in 3 months", "in 3mo" },
		{ 365 * DAY - 1, "in 12 months", "in 12mo" },
		{ 600 * DAY, "in 20 months", "in 20mo" },
		{ 731 * DAY - 1, "in 2 years", "in 2y" },
	};

	(void)state;
	expect_ages(ages, COUNT(ages));
}

static void distance_beyond_all_dates_does_not_overflow(void **state)
{
	(void)state;
	assert_text(timestamp_age(UINT64_MAX, 0), "in 584542046091 years");
	assert_text(timestamp_age(0, UINT64_MAX), "584542046090 years ago");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(utc_is_parsed),
		cmocka_unit_test(local_time_is_parsed),
		cmocka_unit_test(printed_local_time_is_parsed),
		cmocka_unit_test(tomorrow_can_be_in_another_year),
		cmocka_unit_test(skipped_local_time_is_refused),
		cmocka_unit_test(repeated_local_time_is_the_earlier_one),
		cmocka_unit_test(date_that_does_not_exist_is_refused),
		cmocka_unit_test(text_that_is_no_date_is_refused),
		cmocka_unit_test(time_before_1970_or_after_9999_is_refused),
		cmocka_unit_test(dates_are_distinguished_from_periods),
		cmocka_unit_test(time_is_formatted_in_utc_and_local_time),
		cmocka_unit_test(past_distance_is_one_unit_rounded_down),
		cmocka_unit_test(distance_ahead_is_one_unit_rounded_to_the_nearest),
		cmocka_unit_test(distance_beyond_all_dates_does_not_overflow),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, in_berlin, NULL);
}
