/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Points in time as journalctl(1) takes them, in Berlin's time zone. */
#include "tests/unit/unit.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "patctl/base/journal_time.h"

#define NOW UINT64_C(1800000000) /* Friday, 2027-01-15 08:00:00 UTC, 09:00:00 there */
#define HOUR 3600

static int in_berlin(void **state)
{
	(void)state;
	setenv("TZ", "CET-1CEST,M3.5.0,M10.5.0/3", 1);
	tzset();
	return 0;
}

static void expect(const char *text, uint64_t expected)
{
	uint64_t at = 0;
	bool has_m = true;
	const char *problem = journal_time_parse(text, NOW, &at, &has_m);

	assert_that(!problem, "%s: %s", text, problem);
	assert_that(at == expected, "%s: %ju", text, (uintmax_t)at);
	assert_false(has_m);
}

static void dates_and_days_are_absolute(void **state)
{
	(void)state;
	expect("2027-01-14", NOW - 33 * HOUR);
	expect("2027-01-14 18:00", NOW - 15 * HOUR);
	expect("2027-01-15T08:00:00Z", NOW);
	expect("today", NOW - 9 * HOUR);
	expect("yesterday", NOW - 33 * HOUR);
	expect("tomorrow UTC", NOW + 16 * HOUR);
	expect("now", NOW);
	expect("@1799999999", NOW - 1);
	expect("@1799999999.9", NOW - 1);
	expect("@0", 0);
}

static void what_is_no_time_is_not_called_a_period(void **state)
{
	static const char *const bad[] = { "zzz", "yestrday", "last monday", "" };
	uint64_t at = 42;
	bool has_m;

	(void)state;
	for (size_t i = 0; i < COUNT(bad); i++) {
		const char *problem = journal_time_parse(bad[i], NOW, &at, &has_m);

		assert_non_null(problem);
		assert_non_null(strstr(problem, "not a time;"));
	}
	assert_int_equal(at, 42);
}

static void time_of_day_is_of_today(void **state)
{
	(void)state;
	expect("08:30", NOW - HOUR / 2);
	expect("08:59:59", NOW - 1);
	expect("07:00 UTC", NOW - HOUR);
	expect("07:00Z", NOW - HOUR);
	expect("18:00", NOW + 9 * HOUR);
	expect("8:00", NOW - HOUR);
	expect("08:59:59.999999", NOW - 1);
	expect("08:00 CET", NOW - HOUR);
	expect("Fri 08:00", NOW - HOUR);
}

static void period_counts_back_unless_it_is_ahead(void **state)
{
	(void)state;
	expect("-1h", NOW - HOUR);
	expect("1h", NOW - HOUR);
	expect("1h ago", NOW - HOUR);
	expect("-1h 30min", NOW - HOUR - HOUR / 2);
	expect("1 hour 30 minutes ago", NOW - HOUR - HOUR / 2);
	expect("+1h", NOW + HOUR);
	expect("1h left", NOW + HOUR);
	expect("9000y", 0);
}

static void weekday_must_be_that_of_the_date(void **state)
{
	uint64_t at = 42;
	bool has_m;

	(void)state;
	expect("Thu 2027-01-14", NOW - 33 * HOUR);
	expect("thursday  2027-01-14 18:00", NOW - 15 * HOUR);
	expect("Fri 2027-01-15 00:30 UTC", NOW - 7 * HOUR - HOUR / 2);
	assert_string_equal(journal_time_parse("Fri 2027-01-14", NOW, &at, &has_m),
		"the date is another day of the week");
	assert_int_equal(at, 42);
}

static void m_is_noticed_in_a_period(void **state)
{
	uint64_t at;
	bool has_m = false;

	(void)state;
	assert_null(journal_time_parse("-3m", NOW, &at, &has_m));
	assert_true(has_m);
}

static void what_journalctl_refuses_is_refused(void **state)
{
	static const char *const bad[] = { "", " ", "30", "-30", "never", "infinity", "@", "@-1",
		"@1s", "@18446744073709551616", "@253402300800", "--1h", "-1h ago", "+9000y", "ago",
		" ago", "2027-02-30", "25:00", "08:60", "8:00 CEST", "08:00 EST", "Fri",
		"Thu 08:00", "@1.", "@1.x", "@.5", "08:00:00.", "08:00.5", "Fr 2027-01-15",
		"Fri2027-01-15", "today 18:00", "0s", "999ms ago", "now UTC", "1969-12-31Z" };
	uint64_t at = 42;
	bool has_m;

	(void)state;
	for (size_t i = 0; i < COUNT(bad); i++)
		assert_that(journal_time_parse(bad[i], NOW, &at, &has_m), "%s is taken", bad[i]);
	assert_int_equal(at, 42);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(dates_and_days_are_absolute),
		cmocka_unit_test(what_is_no_time_is_not_called_a_period),
		cmocka_unit_test(time_of_day_is_of_today),
		cmocka_unit_test(period_counts_back_unless_it_is_ahead),
		cmocka_unit_test(weekday_must_be_that_of_the_date),
		cmocka_unit_test(m_is_noticed_in_a_period),
		cmocka_unit_test(what_journalctl_refuses_is_refused),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, in_berlin, NULL);
}
