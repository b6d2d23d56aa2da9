/* The arguments of options. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "patctl/cli/argument.h"

#define NOW UINT64_C(1800000000) /* 2027-01-15 08:00:00 UTC */

static void what_is_not_given_leaves_all_as_it_is(void **state)
{
	struct expiry expiry = { .kind = EXPIRY_DEFAULT };
	uint64_t value = 42;

	(void)state;
	assert_true(argument_period("for", NULL, &value));
	assert_true(argument_time_ahead("not-before", NULL, NOW, &value));
	assert_true(argument_time_before("since", NULL, NOW, &value));
	assert_true(argument_number("lines", NULL, 0, &value));
	assert_true(argument_expiry("expires", NULL, NOW, &expiry));
	assert_true(argument_reason("reason", NULL));
	assert_int_equal(value, 42);
	assert_int_equal(expiry.kind, EXPIRY_DEFAULT);
}

static void a_period_is_a_second_at_least(void **state)
{
	static const char *const bad[] = { "", "30", "0s", "999ms", "-5d", "x", "2027-01-31" };
	uint64_t seconds = 42;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_false(argument_period("for", bad[i], &seconds));
	assert_int_equal(seconds, 42);
	assert_true(argument_period("for", "1h 30min", &seconds));
	assert_int_equal(seconds, 5400);
	assert_true(argument_period("for", "1999ms", &seconds));
	assert_int_equal(seconds, 1);
}

static void a_time_ahead_is_a_date_or_a_period_from_now(void **state)
{
	uint64_t at = 0;

	(void)state;
	assert_true(argument_time_ahead("not-before", "2h", NOW, &at));
	assert_int_equal(at, NOW + 7200);
	assert_true(argument_time_ahead("not-before", "2027-01-31 18:00 UTC", NOW, &at));
	assert_int_equal(at, UINT64_C(1801418400));
	assert_false(argument_time_ahead("not-before", "9000y", NOW, &at));
	assert_false(argument_time_ahead("not-before", "2027-02-30", NOW, &at));
	assert_false(argument_time_ahead("not-before", "never", NOW, &at));
}

static void a_time_before_is_a_date_or_a_period_ago(void **state)
{
	uint64_t at = 0;

	(void)state;
	assert_true(argument_time_before("since", "2h", NOW, &at));
	assert_int_equal(at, NOW - 7200);
	assert_true(argument_time_before("since", "yesterday UTC", NOW, &at));
	assert_int_equal(at, NOW - 8 * 3600 - 86400);
	/* None is 0, which would be "not given". */
	assert_true(argument_time_before("since", "9000y", NOW, &at));
	assert_int_equal(at, 1);
	assert_true(argument_time_before("since", "1970-01-01 UTC", NOW, &at));
	assert_int_equal(at, 1);
	assert_false(argument_time_before("since", "30", NOW, &at));
}

static void a_number_is_whole_and_not_too_small(void **state)
{
	static const char *const bad[] = { "", "-1", "+1", "1.5", "0x1", "1 ", "one",
		"18446744073709551616" };
	uint64_t number = 42;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_false(argument_number("lines", bad[i], 0, &number));
	assert_false(argument_number("max-uses", "0", 1, &number));
	assert_int_equal(number, 42);
	assert_true(argument_number("lines", "0", 0, &number));
	assert_int_equal(number, 0);
	assert_true(argument_number("max-uses", "18446744073709551615", 1, &number));
	assert_int_equal(number, UINT64_MAX);
}

static void no_item_of_a_list_is_empty(void **state)
{
	static const char *const good[] = { "sudo", "sudo,sshd", " sudo , sshd ", "a,b,c" };
	static const char *const bad[] = { "", " ", ",", "sudo,", ",sudo", "sudo,,sshd",
		"sudo, ,a" };

	(void)state;
	assert_true(argument_list("service", NULL));
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
		assert_true(argument_list("service", good[i]));
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_false(argument_list("service", bad[i]));
}

static void a_reason_has_255_bytes_at_the_most(void **state)
{
	char reason[257];

	(void)state;
	memset(reason, 'r', sizeof(reason) - 1);
	reason[256] = '\0';
	assert_false(argument_reason("reason", reason));
	reason[255] = '\0';
	assert_true(argument_reason("reason", reason));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_not_given_leaves_all_as_it_is),
		cmocka_unit_test(a_period_is_a_second_at_least),
		cmocka_unit_test(a_time_ahead_is_a_date_or_a_period_from_now),
		cmocka_unit_test(a_time_before_is_a_date_or_a_period_ago),
		cmocka_unit_test(a_number_is_whole_and_not_too_small),
		cmocka_unit_test(no_item_of_a_list_is_empty),
		cmocka_unit_test(a_reason_has_255_bytes_at_the_most),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
