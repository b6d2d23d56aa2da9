/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* How a token is revoked: for good, for a while, for a reason; one, or all of a user's. */
#include "common/lifetime.h"
#include "tests/unit/patd/logged.h"
#include "tests/unit/patd/world.h"

static enum pat_error revoke_as(
	struct world *world, const struct made *made, const struct revocation *revocation)
{
	world->refusal = (struct refusal) { 0 };
	return tokens_revoke(
		world->tokens, &root, made->token.id.text, revocation, &world->refusal);
}

static void suspension_ends_at_its_second(void **state)
{
	struct world *world = *state;
	struct made made = world_generate(world, &alice, "laptop");

	assert_int_equal(world_suspend(world, &made, 60), PAT_OK);
	assert_int_equal(world_find(world, &made).revoked_until, NOON + 60);
	assert_int_equal(world_log_in(world, &alice, &made), PAT_REVOKED);
	world->time = NOON + 59;
	assert_int_equal(world_log_in(world, &alice, &made), PAT_REVOKED);
	assert_int_equal(world_state(world, &made), TOKEN_REVOKED);
	world->time = NOON + 60;
	assert_int_equal(world_state(world, &made), TOKEN_ACTIVE);
	assert_int_equal(world_log_in(world, &alice, &made), PAT_ACCEPTED);
	/* As any that works. */
	assert_int_equal(world_restore(world, &made), PAT_ERR_NOT_REVOKED);
	assert_int_equal(world_delete(world, &made), PAT_ERR_NOT_REVOKED);
	world_restart(world);
	assert_int_equal(world_log_in(world, &alice, &made), PAT_ACCEPTED);
}

static void ended_suspension_stays_ended_when_clock_is_set_back(void **state)
{
	struct world *world = *state;
	struct made made = world_generate(world, &alice, "laptop");

	assert_int_equal(world_suspend(world, &made, 60), PAT_OK);
	world->time = NOON + 60;
	assert_int_equal(world_log_in(world, &alice, &made), PAT_ACCEPTED);
	world->time = NOON;
	world_restart(world);
	assert_int_equal(world_log_in(world, &alice, &made), PAT_ACCEPTED);
}

static void suspended_token_can_be_restored_and_deleted(void **state)
{
	struct world *world = *state;
	struct made made = world_generate(world, &alice, "laptop");
	struct token found;

	assert_int_equal(world_suspend(world, &made, 60), PAT_OK);
	world->time = NOON + 5;
	assert_int_equal(world_restore(world, &made), PAT_OK);
	assert_int_equal(world_log_in(world, &alice, &made), PAT_ACCEPTED);
	found = world_find(world, &made);
	assert_int_equal(found.revoked_at, 0);
	assert_int_equal(found.revoked_until, 0);
	assert_int_equal(found.restored_at, NOON + 5);
	assert_int_equal(world_suspend(world, &made, 60), PAT_OK);
	assert_int_equal(world_delete(world, &made), PAT_OK);
}

static void suspension_does_not_extend_the_lifetime(void **state)
{
	struct world *world = *state;
	struct made made = world_generate(world, &alice, "laptop");

	assert_int_equal(world_suspend(world, &made, 40 * DAY), PAT_OK);
	world->time = NOON + 35 * DAY;
	assert_int_equal(world_log_in(world, &alice, &made), PAT_REVOKED);
	world->time = NOON + 40 * DAY;
	assert_int_equal(world_log_in(world, &alice, &made), PAT_EXPIRED);
}

/* ---- a second revoke ---- */

#define GOOD 0 /* for good */
#define BAD TOKEN_REASON_COMPROMISED

/* First at NOON, then ten seconds later; both for so many seconds.  What then holds. */
static const struct {
	const char *what;
	struct {
		uint64_t seconds;
		const char *reason;
	} first, second;
	enum pat_error error;
	uint64_t until; /* after NOON; GOOD */
	const char *reason;
} seconds[] = {
	{ "good, good", { GOOD, NULL }, { GOOD, NULL }, PAT_OK, GOOD, "" },
	{ "good, while", { GOOD, NULL }, { 60, NULL }, PAT_OK, GOOD, "" },
	{ "while, good", { 60, NULL }, { GOOD, NULL }, PAT_OK, GOOD, "" },
	{ "while, shorter", { 60, NULL }, { 49, NULL }, PAT_OK, 60, "" },
	{ "while, the same end", { 60, NULL }, { 50, NULL }, PAT_OK, 60, "" },
	{ "while, longer", { 60, NULL }, { 51, NULL }, PAT_OK, 61, "" },
	{ "a reason stays", { GOOD, "lost" }, { GOOD, NULL }, PAT_OK, GOOD, "lost" },
	{ "a reason comes", { GOOD, NULL }, { GOOD, "lost" }, PAT_OK, GOOD, "lost" },
	{ "a reason changes", { GOOD, "lost" }, { GOOD, "found" }, PAT_OK, GOOD, "found" },
	{ "a reason changes and no more", { GOOD, "lost" }, { 60, "trip" }, PAT_OK, GOOD, "trip" },
	{ "a reason changes with the end", { 60, "trip" }, { 90, "longer trip" }, PAT_OK, 100,
		"longer trip" },
	{ "a reason changes, not the end", { 60, "trip" }, { 5, "short trip" }, PAT_OK, 60,
		"short trip" },
	{ "compromised, good", { GOOD, BAD }, { GOOD, NULL }, PAT_OK, GOOD, BAD },
	{ "compromised, another reason", { GOOD, BAD }, { GOOD, "lost" }, PAT_OK, GOOD, BAD },
	{ "compromised, while", { GOOD, BAD }, { 60, NULL }, PAT_OK, GOOD, BAD },
	{ "compromised, while with a reason", { GOOD, BAD }, { 60, "trip" }, PAT_OK, GOOD, BAD },
	{ "good, compromised", { GOOD, "lost" }, { GOOD, BAD }, PAT_OK, GOOD, BAD },
	{ "while, compromised", { 60, "trip" }, { GOOD, BAD }, PAT_OK, GOOD, BAD },
	{ "while, compromised for a while", { 60, "trip" }, { 60, BAD },
		PAT_ERR_INVALID_RESTRICTION, 60, "trip" },
};

static void second_revoke_never_loosens_the_first(void **state)
{
	struct world *world = *state;

	for (size_t i = 0; i < COUNT(seconds); i++) {
		const struct revocation first = { .for_a_while = seconds[i].first.seconds != GOOD,
			.seconds = seconds[i].first.seconds,
			.reason = seconds[i].first.reason };
		const struct revocation second = { .for_a_while = seconds[i].second.seconds != GOOD,
			.seconds = seconds[i].second.seconds,
			.reason = seconds[i].second.reason };
		struct made made;
		struct token found;

		world->time = NOON;
		world->clock.highest = 0;
		made = world_generate(world, &alice, seconds[i].what);
		assert_that(revoke_as(world, &made, &first) == PAT_OK, "%s", seconds[i].what);
		world->time = NOON + 10;
		assert_that(revoke_as(world, &made, &second) == seconds[i].error, "%s",
			seconds[i].what);
		found = world_find(world, &made);
		assert_that(found.revoked_at == NOON, "%s", seconds[i].what);
		assert_that(found.revoked_until ==
				    (seconds[i].until == GOOD ? 0 : NOON + seconds[i].until),
			"%s: %llu", seconds[i].what, (unsigned long long)found.revoked_until);
		assert_that(strcmp(found.revoked_reason, seconds[i].reason) == 0, "%s: %s",
			seconds[i].what, found.revoked_reason);
		assert_that(
			world_log_in(world, &alice, &made) == PAT_REVOKED, "%s", seconds[i].what);
	}
}

/* It is a first one again. */
static void revoke_after_suspension_is_a_new_one(void **state)
{
	const struct revocation trip = { .for_a_while = true, .seconds = 60, .reason = "trip" };
	struct world *world = *state;
	struct made made = world_generate(world, &alice, "laptop");
	struct token found;

	assert_int_equal(revoke_as(world, &made, &trip), PAT_OK);
	world->time = NOON + 100;
	assert_int_equal(world_suspend(world, &made, 30), PAT_OK);
	found = world_find(world, &made);
	assert_int_equal(found.revoked_at, NOON + 100);
	assert_int_equal(found.revoked_until, NOON + 130);
	assert_string_equal(found.revoked_reason, "");
}

static void compromised_token_is_never_restored(void **state)
{
	const struct revocation compromised = { .reason = BAD };
	const struct caller granted = {
		.uid = 1000, .user = "alice", .granted = 1U << ACTION_RESTORE_OWN
	};
	struct world *world = *state;
	struct made made = world_generate(world, &alice, "laptop");
	struct made old = made;

	made = world_rotate(world, &old, DAY);
	assert_int_equal(revoke_as(world, &made, &compromised), PAT_OK);
	assert_int_equal(world_restore(world, &made), PAT_ERR_NOT_RESTORABLE);
	assert_int_equal(
		tokens_restore(world->tokens, &granted, made.token.id.text, &world->refusal),
		PAT_ERR_NOT_RESTORABLE);
	world_restart(world);
	assert_int_equal(world_restore(world, &made), PAT_ERR_NOT_RESTORABLE);
	world->time = made.token.expires_at;
	assert_int_equal(world_restore(world, &made), PAT_ERR_NOT_RESTORABLE);
	assert_int_equal(world_log_in(world, &alice, &made), PAT_REVOKED);
	assert_int_equal(world_log_in(world, &alice, &old), PAT_ROTATED);
	assert_int_equal(world_delete(world, &made), PAT_OK);
}

static void restore_clears_the_reason(void **state)
{
	const struct revocation lost = { .reason = "lost" };
	struct world *world = *state;
	struct made made = world_generate(world, &alice, "laptop");

	assert_int_equal(revoke_as(world, &made, &lost), PAT_OK);
	assert_int_equal(world_restore(world, &made), PAT_OK);
	assert_string_equal(world_find(world, &made).revoked_reason, "");
	assert_int_equal(world_revoke(world, &made), PAT_OK);
	assert_string_equal(world_find(world, &made).revoked_reason, "");
}

static void impossible_revocation_is_refused(void **state)
{
	static char longest[TOKEN_REASON_MAX + 1], longer[TOKEN_REASON_MAX + 2];
	const struct {
		const char *what;
		struct revocation revocation;
		enum pat_error error;
	} table[] = {
		{ "for no time", { .for_a_while = true }, PAT_ERR_INVALID_RESTRICTION },
		{ "as long as there are years",
			{ .for_a_while = true, .seconds = PAT_EXPIRES_MAX - NOON }, PAT_OK },
		{ "a second more", { .for_a_while = true, .seconds = PAT_EXPIRES_MAX - NOON + 1 },
			PAT_ERR_INVALID_RESTRICTION },
		{ "for ever", { .for_a_while = true, .seconds = UINT64_MAX },
			PAT_ERR_INVALID_RESTRICTION },
		{ "wraps to soon", { .for_a_while = true, .seconds = UINT64_MAX - NOON + 60 },
			PAT_ERR_INVALID_RESTRICTION },
		{ "compromised for a while", { .for_a_while = true, .seconds = 60, .reason = BAD },
			PAT_ERR_INVALID_RESTRICTION },
		{ "an empty reason", { .reason = "" }, PAT_ERR_INVALID_RESTRICTION },
		{ "a reason of two lines", { .reason = "a\nb" }, PAT_ERR_INVALID_RESTRICTION },
		{ "a reason that moves the cursor", { .reason = "\x1B[2J" },
			PAT_ERR_INVALID_RESTRICTION },
		{ "a reason that is no UTF-8", { .reason = "\xFF" }, PAT_ERR_INVALID_RESTRICTION },
		{ "the longest reason", { .reason = longest }, PAT_OK },
		{ "a reason too long", { .reason = longer }, PAT_ERR_INVALID_RESTRICTION },
	};
	struct world *world = *state;

	memset(longest, 'x', sizeof(longest) - 1);
	memset(longer, 'x', sizeof(longer) - 1);
	for (size_t i = 0; i < COUNT(table); i++) {
		struct made made = world_generate(world, &alice, table[i].what);

		assert_that(revoke_as(world, &made, &table[i].revocation) == table[i].error, "%s",
			table[i].what);
		assert_that((world->refusal.why == NULL) == (table[i].error == PAT_OK), "%s",
			table[i].what);
		assert_that(world_log_in(world, &alice, &made) ==
				    (table[i].error == PAT_OK ? PAT_REVOKED : PAT_ACCEPTED),
			"%s", table[i].what);
	}
}

static void revoke_works_when_clock_is_past_year_9999(void **state)
{
	struct world *world = *state;
	struct token_request request = request_for(&alice, "for ever");
	struct made made;

	request.has_expires_at = true;
	world_generate_request(world, &request, &made);
	world->time = PAT_EXPIRES_MAX + DAY;
	assert_int_equal(world_suspend(world, &made, INT64_MAX), PAT_ERR_INVALID_RESTRICTION);
	assert_int_equal(world_suspend(world, &made, 1), PAT_ERR_INVALID_RESTRICTION);
	assert_int_equal(world_log_in(world, &alice, &made), PAT_ACCEPTED);
	assert_int_equal(world_revoke(world, &made), PAT_OK);
	assert_int_equal(world_log_in(world, &alice, &made), PAT_REVOKED);
}

/* ---- all of a user's ---- */

/* How many were revoked, over how many pages. */
static uint32_t revoke_all(struct world *world, const struct caller *caller,
	const struct caller *owner, const struct revocation *revocation, unsigned int *ret_pages)
{
	char place[TOKENS_CURSOR_MAX] = "";
	uint32_t count = 0;

	*ret_pages = 0;
	do {
		assert_int_equal(tokens_revoke_some(world->tokens, caller, owner->user, owner->uid,
					 revocation, place, &count, &world->refusal),
			PAT_OK);
		assert_between(++*ret_pages, 1, 100);
	} while (place[0] != '\0');
	return count;
}

static void all_tokens_of_a_user_are_revoked_page_by_page(void **state)
{
	static const struct caller heir = { .uid = 2000, .user = "alice" };
	static const unsigned int numbers[] = { 0, 1, 3, 4, 5, 8, 9 };
	const struct revocation lost = { .reason = "lost" };
	struct world *world = *state;
	struct made bobs = world_generate(world, &bob, "bob's");
	struct made heirs = world_generate(world, &heir, "n00");

	for (size_t i = 0; i < COUNT(numbers); i++) {
		struct made made[9];
		unsigned int pages;

		for (unsigned int n = 0; n < numbers[i]; n++) {
			char name[16];

			(void)snprintf(name, sizeof(name), "%zu-%02u", i, n);
			made[n] = world_generate(world, &alice, name);
		}
		assert_int_equal(revoke_all(world, &alice, &alice, &lost, &pages), numbers[i]);
		for (unsigned int n = 0; n < numbers[i]; n++) {
			assert_int_equal(world_log_in(world, &alice, &made[n]), PAT_REVOKED);
			assert_string_equal(world_find(world, &made[n]).revoked_reason, "lost");
			assert_int_equal(world_delete(world, &made[n]), PAT_OK);
		}
		assert_int_equal(pages, numbers[i] == 0 ? 1 : (numbers[i] + 3) / 4);
	}
	assert_int_equal(world_log_in(world, &bob, &bobs), PAT_ACCEPTED);
	assert_int_equal(world_log_in(world, &heir, &heirs), PAT_ACCEPTED);
}

/* An altered one opens nothing, and is not made good again by a new MAC. */
static void revoked_and_altered_tokens_are_not_counted(void **state)
{
	const struct revocation for_good = { 0 };
	struct world *world = *state;
	struct made revoked = world_generate(world, &alice, "a");
	struct made suspended = world_generate(world, &alice, "b");
	struct made altered = world_generate(world, &alice, "c");
	struct made active = world_generate(world, &alice, "d");
	unsigned int pages;

	assert_int_equal(world_revoke(world, &revoked), PAT_OK);
	assert_int_equal(world_suspend(world, &suspended, 60), PAT_OK);
	world_edit(world, "UPDATE token SET expires_at = 0 WHERE name = 'c'");
	assert_int_equal(revoke_all(world, &root, &alice, &for_good, &pages), 1);
	assert_int_equal(world_state(world, &altered), TOKEN_ALTERED);
	assert_int_equal(world_log_in(world, &alice, &active), PAT_REVOKED);
	world->time = NOON + 60;
	/* For good, from a while. */
	assert_int_equal(world_log_in(world, &alice, &suspended), PAT_REVOKED);
	assert_int_equal(revoke_all(world, &root, &alice, &for_good, &pages), 0);
}

static void altered_tokens_do_not_delay_the_others(void **state)
{
	const struct revocation for_good = { 0 };
	struct world *world = *state;
	struct made last;
	unsigned int pages;

	world->policy.max_tokens = POLICY_UNLIMITED;
	world_apply_policy(world);
	world_fill(world, 1200);
	last = world_generate(world, &alice, "zebra");
	assert_int_equal(revoke_all(world, &root, &alice, &for_good, &pages), 1);
	assert_between(pages, 2, 10);
	assert_int_equal(world_log_in(world, &alice, &last), PAT_REVOKED);
}

static void all_tokens_can_be_suspended(void **state)
{
	const struct revocation trip = { .for_a_while = true, .seconds = 60, .reason = "trip" };
	struct world *world = *state;
	struct made one = world_generate(world, &alice, "one");
	struct made two = world_generate(world, &alice, "two");
	unsigned int pages;

	assert_int_equal(revoke_all(world, &root, &alice, &trip, &pages), 2);
	assert_int_equal(world_log_in(world, &alice, &one), PAT_REVOKED);
	assert_int_equal(world_log_in(world, &alice, &two), PAT_REVOKED);
	world->time = NOON + 60;
	assert_int_equal(world_log_in(world, &alice, &one), PAT_ACCEPTED);
	assert_int_equal(world_log_in(world, &alice, &two), PAT_ACCEPTED);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WORLD_TEST(suspension_ends_at_its_second),
		WORLD_TEST(ended_suspension_stays_ended_when_clock_is_set_back),
		WORLD_TEST(suspended_token_can_be_restored_and_deleted),
		WORLD_TEST(suspension_does_not_extend_the_lifetime),
		WORLD_TEST(second_revoke_never_loosens_the_first),
		WORLD_TEST(revoke_after_suspension_is_a_new_one),
		WORLD_TEST(compromised_token_is_never_restored),
		WORLD_TEST(restore_clears_the_reason),
		WORLD_TEST(impossible_revocation_is_refused),
		WORLD_TEST(revoke_works_when_clock_is_past_year_9999),
		WORLD_TEST(all_tokens_of_a_user_are_revoked_page_by_page),
		WORLD_TEST(revoked_and_altered_tokens_are_not_counted),
		WORLD_TEST(altered_tokens_do_not_delay_the_others),
		WORLD_TEST(all_tokens_can_be_suspended),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
