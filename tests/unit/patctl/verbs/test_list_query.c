/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* From list's options to what patd is asked, and the order of a list. */
#include "tests/unit/unit.h"

#include <string.h>

#include "patctl/cli/command.h"
#include "patctl/verbs/list_query.h"

#define NOW UINT64_C(1800000000)

static void no_option_asks_for_all_tokens_of_the_caller(void **state)
{
	const struct command command = { 0 };
	struct client_filter filter;

	(void)state;
	assert_true(filter_of(&command, NOW, &filter));
	assert_false(filter_narrows(&filter));
	assert_false(filter.all);
	assert_null(filter.user);
}

static void periods_are_sent_as_times(void **state)
{
	struct command command = { 0 };
	struct client_filter filter;

	(void)state;
	command_give(&command, &option_unused_for, "90d");
	command_give(&command, &option_expiring, "7d");
	assert_true(filter_of(&command, NOW, &filter));
	assert_int_equal(filter.unused_since, NOW - 90 * 86400);
	assert_int_equal(filter.expiring_before, NOW + 7 * 86400);
	assert_true(filter_narrows(&filter));
}

static void period_longer_than_all_time_still_filters(void **state)
{
	struct command command = { 0 };
	struct client_filter filter;

	(void)state;
	command_give(&command, &option_unused_for, "9000y");
	assert_true(filter_of(&command, NOW, &filter));
	assert_int_equal(filter.unused_since, 1);
}

static void unknown_state_is_refused(void **state)
{
	static const char *const good[] = { "active", "revoked", "expired", "exhausted", "disabled",
		"pending", "altered" };
	static const char *const bad[] = { "Active", "used", "active " };
	struct command command = { 0 };
	struct client_filter filter;

	(void)state;
	for (size_t i = 0; i < COUNT(good); i++) {
		command_give(&command, &option_state, good[i]);
		assert_true(filter_of(&command, NOW, &filter));
		assert_string_equal(filter.state, good[i]);
	}
	for (size_t i = 0; i < COUNT(bad); i++) {
		command_give(&command, &option_state, bad[i]);
		assert_false(filter_of(&command, NOW, &filter));
	}
}

static void service_and_user_are_sent(void **state)
{
	struct command command = { 0 };
	struct client_filter filter;

	(void)state;
	command_give(&command, &option_service, "sudo");
	command_give(&command, &option_user, "alice");
	assert_true(filter_of(&command, NOW, &filter));
	assert_string_equal(filter.good_for, "sudo");
	assert_string_equal(filter.user, "alice");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_option_asks_for_all_tokens_of_the_caller),
		cmocka_unit_test(periods_are_sent_as_times),
		cmocka_unit_test(period_longer_than_all_time_still_filters),
		cmocka_unit_test(unknown_state_is_refused),
		cmocka_unit_test(service_and_user_are_sent),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
