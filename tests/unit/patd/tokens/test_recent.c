/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Tests of patd/tokens/recent. */
#include "patd/tokens/recent.h"

#include <stdio.h>

#include "tests/unit/unit.h"

static struct recent recent;

static int set_up(void **state)
{
	(void)state;
	recent = (struct recent) { 0 };
	return 0;
}

static struct token numbered(unsigned int number)
{
	struct token token = { .uid = number };

	(void)snprintf(token.id.text, sizeof(token.id.text), "%010u", number);
	return token;
}

static struct recent_token *keep(uint64_t version, unsigned int number)
{
	const struct token token = numbered(number);

	return recent_keep(&recent, version, &token);
}

static bool has(uint64_t version, unsigned int number)
{
	const struct token token = numbered(number);
	const struct recent_token *found = recent_find(&recent, version, token.id.text);

	assert_true(!found || found->token.uid == number);
	return found;
}

static void token_is_found_under_its_version_alone(void **state)
{
	(void)state;
	assert_false(has(7, 1));
	assert_non_null(keep(7, 1));
	assert_true(has(7, 1));
	assert_false(has(7, 2));
	assert_false(has(8, 1));
	assert_false(has(7, 1));
}

static void keeping_under_another_version_forgets_the_rest(void **state)
{
	(void)state;
	assert_non_null(keep(7, 1));
	assert_non_null(keep(8, 2));
	assert_true(has(8, 2));
	assert_false(has(8, 1));
}

static void nothing_is_kept_or_found_in_a_transaction(void **state)
{
	(void)state;
	assert_null(keep(0, 1));
	assert_false(has(0, 1));
	assert_non_null(keep(7, 1));
	assert_false(has(0, 1));
}

static void one_too_many_takes_the_place_of_the_oldest(void **state)
{
	(void)state;
	for (unsigned int number = 0; number <= RECENT_MAX; number++)
		assert_non_null(keep(7, number));
	assert_false(has(7, 0));
	for (unsigned int number = 1; number <= RECENT_MAX; number++)
		assert_true(has(7, number));
}

static void place_is_known_as_soon_as_it_was_learnt(void **state)
{
	struct recent_token *token = keep(7, 1);

	(void)state;
	assert_false(recent_knows(token, "", ""));
	recent_learn(token, "sshd", "192.0.2.0/24");
	assert_true(recent_knows(token, "sshd", "192.0.2.0/24"));
	assert_false(recent_knows(token, "sudo", "192.0.2.0/24"));
	assert_false(recent_knows(token, "sshd", "198.51.100.0/24"));
	for (unsigned int number = 2; number <= RECENT_MAX + 1; number++)
		token = keep(7, number);
	assert_false(recent_knows(token, "sshd", "192.0.2.0/24"));
	recent_learn(NULL, "sshd", "192.0.2.0/24");
	assert_false(recent_knows(NULL, "sshd", "192.0.2.0/24"));
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(token_is_found_under_its_version_alone, set_up),
		cmocka_unit_test_setup(keeping_under_another_version_forgets_the_rest, set_up),
		cmocka_unit_test_setup(nothing_is_kept_or_found_in_a_transaction, set_up),
		cmocka_unit_test_setup(one_too_many_takes_the_place_of_the_oldest, set_up),
		cmocka_unit_test_setup(place_is_known_as_soon_as_it_was_learnt, set_up),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
