/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What each uid may have under way. */
#include "front/bus/accounts.h"

#include "tests/unit/front/subuid.h"

#define SECOND UINT64_C(1000000)

static struct place place;
static sd_event *event;
static struct subids *subids;
static struct accounts *accounts;
static struct account *alice, *bob, *root;

static void account_is_that_of_its_uid(void **state)
{
	struct account *again = accounts_get(accounts, 1000);

	(void)state;
	assert_ptr_equal(again, alice);
	assert_ptr_not_equal(alice, bob);
	account_unref(again);
}

static void sub_uids_have_the_account_of_their_owner(void **state)
{
	struct account *games = accounts_get(accounts, GAMES);
	struct account *first = accounts_get(accounts, GAMES_SUB_UID);
	struct account *last = accounts_get(accounts, GAMES_SUB_UID + GAMES_SUB_UIDS - 1);
	struct account *behind = accounts_get(accounts, GAMES_SUB_UID + GAMES_SUB_UIDS);

	(void)state;
	assert_int_equal(games->uid, GAMES);
	assert_ptr_equal(first, games);
	assert_ptr_equal(last, games);
	assert_ptr_not_equal(behind, games);
	account_unref(games);
	account_unref(first);
	account_unref(last);
	account_unref(behind);
}

static void availability__calls_bounded_for_each_uid(void **state)
{
	(void)state;
	for (unsigned int i = 0; i < ACCOUNTS_CALLS_UID_MAX; i++)
		assert_true(account_take_call(alice, false));
	assert_false(account_take_call(alice, false));
	assert_true(account_take_call(bob, false));
	account_end_call(bob, false);
	account_end_call(alice, false);
	assert_true(account_take_call(alice, false));
	for (unsigned int i = 0; i < ACCOUNTS_CALLS_UID_MAX; i++)
		account_end_call(alice, false);
}

static void availability__what_takes_access_away_has_its_own_places(void **state)
{
	unsigned int n = 0;

	(void)state;
	while (account_take_call(alice, false))
		n++;
	assert_true(account_take_call(alice, true));
	account_end_call(alice, true);
	while (n-- > 0)
		account_end_call(alice, false);
}

static void root_has_places_when_all_others_are_taken(void **state)
{
	static struct account *others[ACCOUNTS_CALLS_MAX / ACCOUNTS_CALLS_UID_MAX];

	(void)state;
	for (size_t i = 0; i < COUNT(others); i++) {
		others[i] = accounts_get(accounts, (uint32_t)(2000 + i));
		while (account_take_call(others[i], false))
			;
	}
	assert_false(account_take_call(alice, false));
	assert_true(account_take_call(alice, true));
	assert_true(account_take_call(root, false));
	account_end_call(alice, true);
	account_end_call(root, false);
	for (size_t i = 0; i < COUNT(others); i++) {
		while (others[i]->calls > 0)
			account_end_call(others[i], false);
		account_unref(others[i]);
	}
}

static void nobody_keeps_others_from_asking_polkit(void **state)
{
	static struct account *others[ACCOUNTS_QUESTIONS_MAX];
	unsigned int asked = 0;

	(void)state;
	for (unsigned int i = 0; i < ACCOUNTS_QUESTIONS_UID_MAX; i++)
		assert_true(account_take_question(alice));
	assert_false(account_take_question(alice));
	/* As many as like: each still gets one, until all places are taken. */
	for (size_t i = 0; i < COUNT(others); i++)
		others[i] = accounts_get(accounts, (uint32_t)(2000 + i));
	for (size_t i = 0; i < ACCOUNTS_QUESTIONS_MAX / 4; i++)
		while (account_take_question(others[i]))
			;
	for (size_t i = 0; i < COUNT(others); i++) {
		asked += others[i]->questions;
		if (others[i]->questions == 0 && account_take_question(others[i]))
			asked++;
	}
	assert_int_equal(asked + ACCOUNTS_QUESTIONS_UID_MAX, ACCOUNTS_QUESTIONS_MAX);
	for (size_t i = 0; i < COUNT(others); i++) {
		while (others[i]->questions > 0)
			account_end_question(others[i]);
		account_unref(others[i]);
	}
	while (alice->questions > 0)
		account_end_question(alice);
}

static void uid_waits_that_was_sent_much(void **state)
{
	(void)state;
	assert_true(account_may_have_more(alice, 0));
	account_charge(alice, ACCOUNTS_BYTES_BURST, 0);
	assert_false(account_may_have_more(alice, 0));
	assert_true(account_may_have_more(bob, 0));
	assert_true(account_may_have_more(alice, SECOND));
	account_charge(alice, ACCOUNTS_BYTES_A_SECOND + 1, SECOND);
	assert_false(account_may_have_more(alice, SECOND));
	/* No more is saved than what there was at first. */
	assert_true(account_may_have_more(alice, 100000 * SECOND));
	account_charge(alice, ACCOUNTS_BYTES_BURST, 100000 * SECOND);
	assert_false(account_may_have_more(alice, 100000 * SECOND));
}

/* Bytes, where there always is more to send. */
static int64_t sent_in_a_minute(struct account *account)
{
	int64_t sent = 0;

	for (uint64_t now = 0; now < 60 * SECOND; now += SECOND / 10)
		while (account_may_have_more(account, now)) {
			assert_true(account_charge(account, 1 << 20, now));
			sent += 1 << 20;
		}
	return sent;
}

/* The bus holds 127 MiB of what is not read. */
static void uid_that_may_never_read_is_sent_ever_less(void **state)
{
	const int64_t sent = sent_in_a_minute(alice);

	(void)state;
	assert_between(sent, ACCOUNTS_LONG_BURST, ACCOUNTS_LONG_BURST + ((int64_t)9 << 20));
	assert_true(account_may_have_more(bob, 60 * SECOND));
	assert_true(account_may_have_more(alice, 3600 * SECOND));
}

static void root_lists_all_tokens_without_a_bound_in_the_long_run(void **state)
{
	(void)state;
	assert_between(sent_in_a_minute(root), 59 * ACCOUNTS_BYTES_A_SECOND, INT64_MAX);
}

static int set_up(void **state)
{
	(void)state;
	place_make(&place);
	assert_int_equal(sd_event_new(&event), 0);
	subids = subuid_of_games(event, &place);
	assert_int_equal(accounts_new(subids, &accounts), 0);
	alice = accounts_get(accounts, 1000);
	bob = accounts_get(accounts, 1001);
	root = accounts_get(accounts, 0);
	return alice && bob && root ? 0 : -1;
}

static int tear_down(void **state)
{
	(void)state;
	account_unref(alice);
	account_unref(bob);
	account_unref(root);
	accounts_free(accounts);
	subids_free(subids);
	sd_event_unref(event);
	place_remove(&place);
	return 0;
}

#define TEST(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(account_is_that_of_its_uid),
		TEST(sub_uids_have_the_account_of_their_owner),
		TEST(availability__calls_bounded_for_each_uid),
		TEST(availability__what_takes_access_away_has_its_own_places),
		TEST(root_has_places_when_all_others_are_taken),
		TEST(nobody_keeps_others_from_asking_polkit),
		TEST(uid_waits_that_was_sent_much),
		TEST(uid_that_may_never_read_is_sent_ever_less),
		TEST(root_lists_all_tokens_without_a_bound_in_the_long_run),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
