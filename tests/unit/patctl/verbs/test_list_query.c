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

static char a[] = "a", b[] = "b", c[] = "c", active[] = "active", revoked[] = "revoked";

static const struct token first = { .id = { "1" },
	.name = b,
	.user = c,
	.state = active,
	.created_at = 30,
	.expires_at = 0,
	.last_used_at = 5 };
static const struct token second = { .id = { "2" },
	.name = a,
	.user = b,
	.state = revoked,
	.created_at = 10,
	.expires_at = 90,
	.last_used_at = 0 };
static const struct token third = { .id = { "3" },
	.name = c,
	.user = a,
	.state = active,
	.created_at = 20,
	.expires_at = 80,
	.last_used_at = 7 };

/* ids: in the order that is expected. */
static void expect(const char *key, const char *ids)
{
	struct token items[] = { third, first, second };
	struct tokens tokens = { items, 3 };
	struct sort sort;

	assert_null(sort_parse(key, &sort));
	sort_tokens(&tokens, &sort);
	for (size_t i = 0; i < 3; i++)
		assert_int_equal(items[i].id.text[0], ids[i]);
}

static void each_key_sorts_forwards_and_backwards(void **state)
{
	static const char *const orders[][3] = {
		{ "name", "213", "312" }, { "user", "321", "123" }, { "created", "231", "132" },
		{ "expires", "321", "123" }, /* never is last */
		{ "used", "213", "312" },    /* not at all is first */
	};

	(void)state;
	for (size_t i = 0; i < COUNT(orders); i++) {
		char backwards[16] = "-";

		strcat(backwards, orders[i][0]);
		expect(orders[i][0], orders[i][1]);
		expect(backwards, orders[i][2]);
	}
}

static void equal_tokens_stay_in_the_order_of_ids(void **state)
{
	(void)state;
	expect("state", "132");
	expect("-state", "213");
}

static void empty_list_is_sorted(void **state)
{
	struct tokens tokens = { 0 };
	struct sort sort;

	(void)state;
	assert_null(sort_parse("name", &sort));
	sort_tokens(&tokens, &sort);
}

static void unknown_key_is_refused_with_the_known_ones(void **state)
{
	static const char *const bad[] = { "", "-", "--name", "Name", "name ", "id", "names" };
	struct sort sort;

	(void)state;
	for (size_t i = 0; i < COUNT(bad); i++) {
		const char *problem = sort_parse(bad[i], &sort);

		assert_non_null(problem);
		assert_non_null(strstr(problem, "name, created, expires, used, state, user"));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_option_asks_for_all_tokens_of_the_caller),
		cmocka_unit_test(periods_are_sent_as_times),
		cmocka_unit_test(period_longer_than_all_time_still_filters),
		cmocka_unit_test(unknown_state_is_refused),
		cmocka_unit_test(service_and_user_are_sent),
		cmocka_unit_test(each_key_sorts_forwards_and_backwards),
		cmocka_unit_test(equal_tokens_stay_in_the_order_of_ids),
		cmocka_unit_test(empty_list_is_sorted),
		cmocka_unit_test(unknown_key_is_refused_with_the_known_ones),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
