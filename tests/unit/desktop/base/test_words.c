/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The sentences of the page about times and places. */
#include "tests/unit/unit.h"

#include <stdlib.h>
#include <time.h>

#include "desktop/base/words.h"

#define MINUTE 60
#define HOUR 3600
#define DAY 86400

/* 30 November 2026, 12:00 UTC, a Monday. */
#define NOON UINT64_C(1796040000)

static void assert_words(char *text, const char *expected)
{
	assert_string_equal(text, expected);
	g_free(text);
}

static void the_past_is_told_in_the_largest_unit(void **state)
{
	static const struct {
		guint64 age;
		const char *words;
	} rows[] = {
		{ 0, "just now" },
		{ 59, "just now" },
		{ MINUTE, "1 minute ago" },
		{ 5 * MINUTE + 59, "5 minutes ago" },
		{ HOUR, "1 hour ago" },
		{ 12 * HOUR, "12 hours ago" },
		{ 12 * HOUR + 1, "yesterday at 23:59" },
		{ 36 * HOUR, "yesterday at 00:00" },
		{ 36 * HOUR + MINUTE, "on Saturday at 23:59" },
		{ 6 * DAY, "on Tuesday at 12:00" },
		{ 7 * DAY, "on 23 November 2026" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++)
		assert_words(patd_words_when(NOON - rows[i].age, NOON), rows[i].words);
}

static void the_future_is_told_in_the_largest_unit(void **state)
{
	static const struct {
		guint64 rest;
		const char *words;
	} rows[] = {
		{ 1, "in less than a minute" },
		{ MINUTE, "in 1 minute" },
		{ HOUR - 1, "in 59 minutes" },
		{ HOUR, "in 1 hour" },
		{ 2 * DAY - HOUR - 1, "in 47 hours" },
		{ 2 * DAY - HOUR, "in 2 days" },
		{ 30 * DAY - 30, "in 30 days" },
		{ 30 * DAY, "in 30 days" },
		{ 99 * DAY, "in 99 days" },
		{ 100 * DAY, "on 10 March 2027" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++)
		assert_words(patd_words_when(NOON + rows[i].rest, NOON), rows[i].words);
}

static void a_time_beyond_the_calendar_is_a_number(void **state)
{
	(void)state;
	assert_words(patd_words_date(UINT64_MAX), "18446744073709551615");
	assert_words(patd_words_when(UINT64_MAX, NOON), "18446744073709551615");
}

static void a_period_is_told_in_a_unit_that_is_exact(void **state)
{
	(void)state;
	assert_words(patd_words_period(30 * DAY), "30 days");
	assert_words(patd_words_period(DAY), "1 day");
	assert_words(patd_words_period(36 * HOUR), "36 hours");
	assert_words(patd_words_period(90 * MINUTE), "90 minutes");
	assert_words(patd_words_period(61), "61 seconds");
	assert_words(patd_words_period(0), "0 seconds");
}

static void the_time_left_is_never_negative(void **state)
{
	(void)state;
	assert_words(patd_words_left(NOON + 65, NOON), "1 minute 5 seconds");
	assert_words(patd_words_left(NOON + 60, NOON), "1 minute");
	assert_words(patd_words_left(NOON + 1, NOON), "1 second");
	assert_words(patd_words_left(NOON, NOON), "0 seconds");
	assert_words(patd_words_left(NOON - 5, NOON), "0 seconds");
}

static void last_used_names_service_and_source(void **state)
{
	(void)state;
	assert_words(patd_words_last_used(0, "", "", NOON), "Not used");
	assert_words(patd_words_last_used(NOON - 300, "sudo", "", NOON),
		"Last used 5 minutes ago by sudo");
	assert_words(patd_words_last_used(NOON - 300, "sshd", "192.0.2.7", NOON),
		"Last used 5 minutes ago by sshd from 192.0.2.7");
	assert_words(patd_words_last_used(NOON, "smtp", "unknown", NOON),
		"Last used just now by smtp from an unknown source");
	assert_words(patd_words_last_used(NOON, "", "", NOON), "Last used just now");
}

static void expiry_is_past_future_or_never(void **state)
{
	(void)state;
	assert_words(patd_words_expiry(0, NOON), "Never expires");
	assert_words(patd_words_expiry(NOON, NOON), "Expired just now");
	assert_words(patd_words_expiry(NOON - 2 * HOUR, NOON), "Expired 2 hours ago");
	assert_words(patd_words_expiry(NOON + 30 * DAY, NOON), "Expires in 30 days");
}

static void only_text_from_right_to_left_is_isolated(void **state)
{
	(void)state;
	assert_words(patd_words_isolate("laptop"), "laptop");
	assert_words(patd_words_isolate(""), "");
	assert_words(patd_words_isolate("\u05d0"), "\u2068\u05d0\u2069");
	assert_words(patd_words_isolate_code("\u05d0"), "\u2066\u05d0\u2069");
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_past_is_told_in_the_largest_unit),
		cmocka_unit_test(the_future_is_told_in_the_largest_unit),
		cmocka_unit_test(a_time_beyond_the_calendar_is_a_number),
		cmocka_unit_test(a_period_is_told_in_a_unit_that_is_exact),
		cmocka_unit_test(the_time_left_is_never_negative),
		cmocka_unit_test(last_used_names_service_and_source),
		cmocka_unit_test(expiry_is_past_future_or_never),
		cmocka_unit_test(only_text_from_right_to_left_is_isolated),
	};

	/* Days begin at midnight of a zone. */
	setenv("TZ", "UTC", 1);
	setenv("LC_ALL", "C.UTF-8", 1);
	tzset();
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("words", tests, NULL, NULL);
}
