/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The arguments of options. */
#include "tests/unit/unit.h"

#include <string.h>

#include "patctl/cli/argument.h"

static const struct option_info option = { "option", "TEXT", "", 0 };

/* A command with that argument, NULL: without the option. */
static const struct command *with(const char *text)
{
	static struct command command;

	command = (struct command) { 0 };
	if (text)
		command_give(&command, &option, text);
	return &command;
}

#define NOW UINT64_C(1800000000) /* 2027-01-15 08:00:00 UTC */

static void option_not_given_leaves_the_result(void **state)
{
	struct expiry expiry = { .kind = EXPIRY_DEFAULT };
	const char *text = NULL;
	uint64_t value = 42;

	(void)state;
	assert_true(argument_period(with(NULL), &option, &value));
	assert_true(argument_time_ahead(with(NULL), &option, NOW, &value));
	assert_true(argument_time_before(with(NULL), &option, NOW, &value));
	assert_true(argument_number(with(NULL), &option, 0, &value));
	assert_true(argument_expiry(with(NULL), &option, NOW, &expiry));
	assert_true(argument_list(with(NULL), &option, &text));
	assert_true(argument_reason(with(NULL), &option, &text));
	assert_null(text);
	assert_int_equal(value, 42);
	assert_int_equal(expiry.kind, EXPIRY_DEFAULT);
}

static void period_below_a_second_is_refused(void **state)
{
	static const char *const bad[] = { "", "30", "0s", "999ms", "-5d", "x", "2027-01-31" };
	uint64_t seconds = 42;

	(void)state;
	for (size_t i = 0; i < COUNT(bad); i++)
		assert_false(argument_period(with(bad[i]), &option, &seconds));
	assert_int_equal(seconds, 42);
	assert_true(argument_period(with("1h 30min"), &option, &seconds));
	assert_int_equal(seconds, 5400);
	assert_true(argument_period(with("1999ms"), &option, &seconds));
	assert_int_equal(seconds, 1);
}

static void time_ahead_is_a_date_or_a_period_from_now(void **state)
{
	uint64_t at = 0;

	(void)state;
	assert_true(argument_time_ahead(with("2h"), &option, NOW, &at));
	assert_int_equal(at, NOW + 7200);
	assert_true(argument_time_ahead(with("2027-01-31 18:00 UTC"), &option, NOW, &at));
	assert_int_equal(at, UINT64_C(1801418400));
	assert_false(argument_time_ahead(with("9000y"), &option, NOW, &at));
	assert_false(argument_time_ahead(with("2027-02-30"), &option, NOW, &at));
	assert_false(argument_time_ahead(with("never"), &option, NOW, &at));
}

static void time_before_is_a_date_or_a_period_ago(void **state)
{
	uint64_t at = 0;

	(void)state;
	assert_true(argument_time_before(with("2h"), &option, NOW, &at));
	assert_int_equal(at, NOW - 7200);
	assert_true(argument_time_before(with("yesterday UTC"), &option, NOW, &at));
	assert_int_equal(at, NOW - 8 * 3600 - 86400);
	/* None is 0, which would be "not given". */
	assert_true(argument_time_before(with("9000y"), &option, NOW, &at));
	assert_int_equal(at, 1);
	assert_true(argument_time_before(with("1970-01-01 UTC"), &option, NOW, &at));
	assert_int_equal(at, 1);
	assert_true(argument_time_before(with("-2h"), &option, NOW, &at));
	assert_int_equal(at, NOW - 7200);
	assert_false(argument_time_before(with("30"), &option, NOW, &at));
}

static void number_not_whole_or_too_small_is_refused(void **state)
{
	static const char *const bad[] = { "", "-1", "+1", "1.5", "0x1", "1 ", "one",
		"18446744073709551616" };
	uint64_t number = 42;

	(void)state;
	for (size_t i = 0; i < COUNT(bad); i++)
		assert_false(argument_number(with(bad[i]), &option, 0, &number));
	assert_false(argument_number(with("0"), &option, 1, &number));
	assert_int_equal(number, 42);
	assert_true(argument_number(with("0"), &option, 0, &number));
	assert_int_equal(number, 0);
	assert_true(argument_number(with("18446744073709551615"), &option, 1, &number));
	assert_int_equal(number, UINT64_MAX);
}

static void list_with_an_empty_item_is_refused(void **state)
{
	static const char *const good[] = { "sudo", "sudo,sshd", " sudo , sshd ", "a,b,c" };
	static const char *const bad[] = { "", " ", ",", "sudo,", ",sudo", "sudo,,sshd",
		"sudo, ,a" };
	const char *text = NULL;

	(void)state;
	for (size_t i = 0; i < COUNT(good); i++)
		assert_true(argument_list(with(good[i]), &option, &text));
	assert_string_equal(text, "a,b,c");
	for (size_t i = 0; i < COUNT(bad); i++)
		assert_false(argument_list(with(bad[i]), &option, &text));
}

static void reason_above_255_bytes_is_refused(void **state)
{
	const char *text = NULL;
	char reason[257];

	(void)state;
	memset(reason, 'r', sizeof(reason) - 1);
	reason[256] = '\0';
	assert_false(argument_reason(with(reason), &option, &text));
	assert_null(text);
	reason[255] = '\0';
	assert_true(argument_reason(with(reason), &option, &text));
	assert_ptr_equal(text, reason);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(option_not_given_leaves_the_result),
		cmocka_unit_test(period_below_a_second_is_refused),
		cmocka_unit_test(time_ahead_is_a_date_or_a_period_from_now),
		cmocka_unit_test(time_before_is_a_date_or_a_period_ago),
		cmocka_unit_test(number_not_whole_or_too_small_is_refused),
		cmocka_unit_test(list_with_an_empty_item_is_refused),
		cmocka_unit_test(reason_above_255_bytes_is_refused),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
