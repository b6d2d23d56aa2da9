/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Periods of time.  tests/cli/timespan.bats compares the same parser with systemd's. */
#include "tests/unit/unit.h"

#include "common/timespan.h"

#define S UINT64_C(1000000)

static void every_unit_is_parsed(void **state)
{
	static const struct {
		const char *text;
		uint64_t usec;
	} good[] = {
		{ "1us", 1 },
		{ "1usec", 1 },
		{ "1\xC2\xB5s", 1 },
		{ "1\xCE\xBCs", 1 },
		{ "1ms", 1000 },
		{ "1msec", 1000 },
		{ "1s", S },
		{ "1sec", S },
		{ "1second", S },
		{ "1seconds", S },
		{ "1min", 60 * S },
		{ "1minute", 60 * S },
		{ "1minutes", 60 * S },
		{ "1h", 3600 * S },
		{ "1hr", 3600 * S },
		{ "1hour", 3600 * S },
		{ "1hours", 3600 * S },
		{ "1d", 86400 * S },
		{ "1day", 86400 * S },
		{ "1days", 86400 * S },
		{ "1w", 604800 * S },
		{ "1week", 604800 * S },
		{ "1weeks", 604800 * S },
		{ "1M", 2629800 * S },
		{ "1month", 2629800 * S },
		{ "1months", 2629800 * S },
		{ "1y", 31557600 * S },
		{ "1year", 31557600 * S },
		{ "1years", 31557600 * S },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		struct timespan span;

		assert_null(timespan_parse(good[i].text, &span));
		assert_int_equal(span.usec, good[i].usec);
		assert_false(span.has_m);
	}
}

static void terms_are_added_with_or_without_blanks(void **state)
{
	struct timespan span;

	(void)state;
	assert_null(timespan_parse(" 30 days ", &span));
	assert_int_equal(span.usec, 30 * 86400 * S);
	assert_null(timespan_parse("1h30min5s", &span));
	assert_int_equal(span.usec, 5405 * S);
	assert_null(timespan_parse("1h 30 min\t+5s", &span));
	assert_int_equal(span.usec, 5405 * S);
	assert_null(timespan_parse("1.5h .5s 007us", &span));
	assert_int_equal(span.usec, 5400 * S + S / 2 + 7);
	assert_null(timespan_parse("0s", &span));
	assert_int_equal(span.usec, 0);
}

static void fractions_are_cut_off_at_a_microsecond(void **state)
{
	struct timespan span;

	(void)state;
	assert_null(timespan_parse("1.9us", &span));
	assert_int_equal(span.usec, 1);
	assert_null(timespan_parse("0.12345678901234567890123456789s", &span));
	assert_int_equal(span.usec, 123456);
}

static void unit_m_is_reported(void **state)
{
	struct timespan span;

	(void)state;
	assert_null(timespan_parse("2d 3m", &span));
	assert_true(span.has_m);
	assert_int_equal(span.usec, (2 * 86400 + 180) * S);
	assert_null(timespan_parse("3M 3ms 3min 3months", &span));
	assert_false(span.has_m);
}

static void number_without_a_unit_is_refused(void **state)
{
	static const char *const bad[] = { "30", "1h 30", "5 30s", "0", "1.5", "1m30" };
	struct timespan span;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_string_equal(timespan_parse(bad[i], &span),
			"a number needs a unit, as in \"30d\" or \"30 days\"");
}

static void text_that_is_no_period_is_refused(void **state)
{
	static const char *const bad[] = { "", " ", "d", "30x", "1mo", "30 Days", "1S", "1secs",
		"1.s", "1.5.5s", "1e3s", "0x10s", "-1d", "1d -1h", "1d,1h", "+", "+ 5s", "+.5s",
		"1ns", "never", "infinity", "1d\x01", "1\xC2", ".", "\xFF" };
	struct timespan span = { .usec = 42 };

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_non_null(timespan_parse(bad[i], &span));
	assert_int_equal(span.usec, 42);
}

static void overflow_is_refused(void **state)
{
	static const char *const bad[] = { "9223372036854775808us", "18446744073709551616us",
		"999999999999999999999999y", "584543y", "300000y 300000y",
		"584542y 0.99999999y 0.9y" };
	struct timespan span;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_string_equal(timespan_parse(bad[i], &span), "the period is too long");
	assert_null(timespan_parse("9223372036854775807us", &span));
	assert_int_equal(span.usec, INT64_MAX);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_unit_is_parsed),
		cmocka_unit_test(terms_are_added_with_or_without_blanks),
		cmocka_unit_test(fractions_are_cut_off_at_a_microsecond),
		cmocka_unit_test(unit_m_is_reported),
		cmocka_unit_test(number_without_a_unit_is_refused),
		cmocka_unit_test(text_that_is_no_period_is_refused),
		cmocka_unit_test(overflow_is_refused),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
