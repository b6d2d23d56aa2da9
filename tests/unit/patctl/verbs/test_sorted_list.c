/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The order of patctl list. */
#include "tests/unit/unit.h"

#include <string.h>

#include "patctl/verbs/sorted_list.h"

static const struct token_row first = { .id = { "1000000000" },
	.name = "b",
	.user = "c",
	.state = "active",
	.created_at = 30,
	.expires_at = 0,
	.last_used_at = 5 };
static const struct token_row second = { .id = { "2000000000" },
	.name = "a",
	.user = "b",
	.state = "revoked",
	.created_at = 10,
	.expires_at = 90,
	.last_used_at = 0 };
static const struct token_row third = { .id = { "3000000000" },
	.name = "c",
	.user = "a",
	.state = "active",
	.created_at = 20,
	.expires_at = 80,
	.last_used_at = 7 };

/* ids: in the order that is expected. */
static void expect(const char *key, const char *ids)
{
	const struct token_row *const tokens[] = { &third, &first, &second };
	cleanup_sorted_list struct sorted_list list = { 0 };

	assert_null(sort_parse(key, &list.sort));
	for (size_t i = 0; i < 3; i++)
		sorted_list_add(&list, tokens[i]);
	sorted_list_sort(&list);
	for (size_t i = 0; i < 3; i++) {
		const struct token_row *expected = tokens[(ids[i] - '0') % 3];
		struct token_row token;

		sorted_list_get(&list, i, &token);
		assert_memory_equal(&token, expected, sizeof(token));
	}
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

static void list_grows(void **state)
{
	cleanup_sorted_list struct sorted_list list = { .sort = { SORT_CREATED, false } };
	struct token_row token = first;

	(void)state;
	for (token.created_at = 1000; token.created_at > 0; token.created_at--)
		sorted_list_add(&list, &token);
	sorted_list_sort(&list);
	for (size_t i = 0; i < 1000; i++) {
		sorted_list_get(&list, i, &token);
		assert_int_equal(token.created_at, i + 1);
	}
}

static void empty_list_is_sorted(void **state)
{
	cleanup_sorted_list struct sorted_list list = { 0 };

	(void)state;
	assert_null(sort_parse("name", &list.sort));
	sorted_list_sort(&list);
	assert_int_equal(list.n, 0);
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
		cmocka_unit_test(each_key_sorts_forwards_and_backwards),
		cmocka_unit_test(equal_tokens_stay_in_the_order_of_ids),
		cmocka_unit_test(list_grows),
		cmocka_unit_test(empty_list_is_sorted),
		cmocka_unit_test(unknown_key_is_refused_with_the_known_ones),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
