/* From list's options to what patd is asked. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "patctl/verbs/filter.h"

#define NOW UINT64_C(1800000000)

static void nothing_given_asks_for_all_of_ones_own(void **state)
{
	const struct command command = { 0 };
	struct client_filter filter;

	(void)state;
	assert_true(filter_of(&command, NOW, &filter));
	assert_false(filter_narrows(&filter));
	assert_false(filter.all);
	assert_null(filter.user);
}

static void periods_are_told_as_times(void **state)
{
	const struct command command = { .unused_for = "90d", .expiring = "7d" };
	struct client_filter filter;

	(void)state;
	assert_true(filter_of(&command, NOW, &filter));
	assert_int_equal(filter.unused_since, NOW - 90 * 86400);
	assert_int_equal(filter.expiring_before, NOW + 7 * 86400);
	assert_true(filter_narrows(&filter));
}

static void a_period_longer_than_all_time_is_still_a_filter(void **state)
{
	const struct command command = { .unused_for = "9000y" };
	struct client_filter filter;

	(void)state;
	assert_true(filter_of(&command, NOW, &filter));
	assert_int_equal(filter.unused_since, 1);
}

static void takes_every_state_and_no_other(void **state)
{
	static const char *const good[] = { "active", "revoked", "expired", "exhausted", "disabled",
		"pending", "altered" };
	static const char *const bad[] = { "Active", "used", "active " };
	struct client_filter filter;

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		const struct command command = { .state = good[i] };

		assert_true(filter_of(&command, NOW, &filter));
		assert_string_equal(filter.state, good[i]);
	}
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		const struct command command = { .state = bad[i] };

		assert_false(filter_of(&command, NOW, &filter));
	}
}

static void a_service_is_what_they_are_good_for(void **state)
{
	const struct command command = { .service = "sudo", .user = "alice" };
	struct client_filter filter;

	(void)state;
	assert_true(filter_of(&command, NOW, &filter));
	assert_string_equal(filter.good_for, "sudo");
	assert_string_equal(filter.user, "alice");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_given_asks_for_all_of_ones_own),
		cmocka_unit_test(periods_are_told_as_times),
		cmocka_unit_test(a_period_longer_than_all_time_is_still_a_filter),
		cmocka_unit_test(takes_every_state_and_no_other),
		cmocka_unit_test(a_service_is_what_they_are_good_for),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
