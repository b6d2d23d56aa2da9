/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The argument of --expires. */
#include "tests/unit/unit.h"

#include "patctl/base/expiry.h"

#define NOW UINT64_C(1800000000) /* 2027-01-15 08:00:00 UTC */

static void never_is_accepted(void **state)
{
	struct expiry expiry;

	(void)state;
	assert_null(expiry_parse("never", NOW, &expiry));
	assert_int_equal(expiry.kind, EXPIRY_NEVER);
}

static void period_is_a_lifetime(void **state)
{
	struct expiry expiry;

	(void)state;
	assert_null(expiry_parse("30 days", NOW, &expiry));
	assert_int_equal(expiry.kind, EXPIRY_LIFETIME);
	assert_int_equal(expiry.seconds, 30 * 86400);
	assert_false(expiry.has_m);
	assert_null(expiry_parse("+3d", NOW, &expiry));
	assert_int_equal(expiry.seconds, 3 * 86400);
	assert_null(expiry_parse("5m", NOW, &expiry));
	assert_true(expiry.has_m);
}

static void period_in_years_is_marked(void **state)
{
	static const char *const years[] = { "1y", "2 years", "1d 1year", "1.5y" };
	static const char *const others[] = { "12M", "365d", "52w", "1s" };
	struct expiry expiry;

	(void)state;
	for (size_t i = 0; i < COUNT(years); i++) {
		assert_null(expiry_parse(years[i], NOW, &expiry));
		assert_true(expiry.has_year);
		assert_null(expiry_parse(others[i], NOW, &expiry));
		assert_false(expiry.has_year);
	}
}

static void infinity_is_refused_by_the_word_that_is_accepted(void **state)
{
	struct expiry expiry;

	(void)state;
	assert_string_equal(expiry_parse("infinity", NOW, &expiry),
		"use \"never\" for a token that does not expire");
}

static void date_is_a_point_in_time(void **state)
{
	struct expiry expiry;

	(void)state;
	assert_null(expiry_parse("2027-01-15T08:00:01Z", NOW, &expiry));
	assert_int_equal(expiry.kind, EXPIRY_AT);
	assert_int_equal(expiry.seconds, NOW + 1);
}

static void fractions_of_a_second_are_cut_off(void **state)
{
	struct expiry expiry;

	(void)state;
	assert_null(expiry_parse("1.999s", NOW, &expiry));
	assert_int_equal(expiry.seconds, 1);
}

static void invalid_expiry_is_refused(void **state)
{
	static const char *const bad[] = { "", "0", "0s", "999ms", "0.9999999s", "-1d",
		"2027-01-15T08:00:00Z", "2001-01-01", "now", "Never", "never ", "infinity", "30" };
	struct expiry expiry = { .seconds = 42 };

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_non_null(expiry_parse(bad[i], NOW, &expiry));
	assert_int_equal(expiry.seconds, 42);
}

static void expiry_beyond_the_year_9999_is_refused(void **state)
{
	struct expiry expiry;

	(void)state;
	assert_non_null(expiry_parse("10000-01-01", NOW, &expiry));
	assert_non_null(expiry_parse("8000y", NOW, &expiry));
	assert_non_null(expiry_parse("584542y", NOW, &expiry));
	assert_non_null(expiry_parse("251602300800s", NOW, &expiry));
	assert_null(expiry_parse("251602300799s", NOW, &expiry));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(never_is_accepted),
		cmocka_unit_test(period_is_a_lifetime),
		cmocka_unit_test(period_in_years_is_marked),
		cmocka_unit_test(infinity_is_refused_by_the_word_that_is_accepted),
		cmocka_unit_test(date_is_a_point_in_time),
		cmocka_unit_test(fractions_of_a_second_are_cut_off),
		cmocka_unit_test(invalid_expiry_is_refused),
		cmocka_unit_test(expiry_beyond_the_year_9999_is_refused),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
