/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Tokens that the daily work revokes because nobody uses them, and deletes because they ended. */
#include "tests/unit/patd/logged.h"
#include "tests/unit/patd/tokens/daily.h"

/* ---- tokens that nobody uses ---- */

static void unused_token_is_revoked_and_not_reported(void **state)
{
	struct world *world = *state;
	struct made unused = world_generate(world, &alice, "unused");
	struct made used = world_generate(world, &alice, "used");
	struct made suspended = world_generate(world, &alice, "suspended");
	struct made altered = world_generate(world, &alice, "altered");
	struct token found;
	struct reported reported;

	assert_int_equal(world_suspend(world, &suspended, 29 * DAY), PAT_OK);
	world->policy.revoke_unused = 10 * DAY;
	world_apply_policy(world);
	world_edit(world, "UPDATE token SET uses = 1 WHERE name = 'altered'");
	world->time = NOON + 10 * DAY - 1;
	(void)work(world);
	assert_int_equal(world_state(world, &unused), TOKEN_ACTIVE);
	assert_int_equal(world_log_in(world, &alice, &used), PAT_ACCEPTED);
	world->time = NOON + 28 * DAY;
	assert_int_equal(world_log_in(world, &alice, &used), PAT_REVOKED);
	assert_int_equal(world_restore(world, &used), PAT_OK);

	reported = work(world);
	found = world_find(world, &unused);
	assert_int_equal(world_state(world, &unused), TOKEN_REVOKED);
	assert_int_equal(found.revoked_at, NOON + 28 * DAY);
	assert_int_equal(found.revoked_until, 0);
	assert_string_equal(found.revoked_reason, "unused for too long");
	assert_int_equal(world_state(world, &altered), TOKEN_ALTERED);
	assert_int_equal(world_find(world, &suspended).revoked_until, NOON + 29 * DAY);
	assert_int_equal(reported.n, 1);
	assert_string_equal(reported.found[0].name, "used");
	assert_int_equal(world_last_entry(world).event, ENTRY_REVOKED);
	assert_int_equal(world_last_entry(world).how, ENTRY_PATD);
	assert_int_equal(world_last_entry(world).by_uid, 0);
	assert_string_equal(world_last_entry(world).id.text, unused.token.id.text);
	assert_string_equal(world_last_entry(world).detail, "unused for too long");
	/* Once. */
	{
		uint64_t entries = world_check_history(world);

		(void)work(world);
		assert_int_equal(world_check_history(world), entries);
	}
}

static void many_unused_tokens_are_revoked_in_parts(void **state)
{
	struct world *world = *state;

	for (int i = 0; i < 50; i++) {
		char name[16];

		(void)snprintf(name, sizeof(name), "n%02d", i);
		(void)world_generate(world, &alice, name);
	}
	world->policy.revoke_unused = DAY;
	world_apply_policy(world);
	world->time = NOON + DAY;
	assert_int_equal(work(world).n, 0);
	assert_int_equal(world_ask(world, "SELECT count(*) FROM token WHERE revoked_at != 0"), 50);
	assert_int_equal(world_check_history(world), 100);
}

/* One token that cannot be revoked does not keep the others from being. */
static void token_that_cannot_be_revoked_does_not_stop_the_work(void **state)
{
	struct world *world = *state;
	struct made one = world_generate(world, &alice, "one");
	struct made two = world_generate(world, &alice, "two");

	world->policy.revoke_unused = DAY;
	world_apply_policy(world);
	world->time = NOON + DAY;
	world_trigger(world,
		"CREATE TRIGGER stop BEFORE UPDATE ON token WHEN old.name = 'one' BEGIN "
		"SELECT raise(ABORT, 'no'); END");
	logged_clear();
	(void)work(world);
	assert_logged(one.token.id.text);
	assert_int_equal(world_find(world, &one).revoked_at, 0);
	assert_int_equal(world_find(world, &two).revoked_at, NOON + DAY);
	world_edit(world, "DROP TRIGGER stop");
	(void)work(world);
	assert_int_equal(world_find(world, &one).revoked_at, NOON + DAY);
	(void)world_check_history(world);
}

/* ---- tokens that ended long ago ---- */

static bool is_there(struct world *world, const struct made *made)
{
	struct token token;

	return tokens_find(world->tokens, &root, made->token.id.text, &token, &world->refusal) ==
	       PAT_OK;
}

/* How a token ends a day after NOON, or does not; each lives for ten days, unless it is said. */
static const struct {
	const char *name;
	uint64_t expires_at, max_uses; /* after NOON; 0: as the others, any */
	enum {
		STAYS,
		REVOKED,
		SUSPENDED,
		USED_UP,
		ALTERED
	} how;
	uint64_t deleted; /* days after NOON on which it is deleted; 0: never */
} ends[] = {
	{ "stays", 1000 * DAY, 0, STAYS, 0 },
	{ "expires", DAY, 0, STAYS, 31 },
	{ "is revoked", 1000 * DAY, 0, REVOKED, 31 },
	{ "is revoked, and expires later", 10 * DAY, 0, REVOKED, 40 },
	{ "is suspended", 1000 * DAY, 0, SUSPENDED, 0 },
	{ "is used up", 1000 * DAY, 1, USED_UP, 31 },
	{ "is used up, and expires later", 5 * DAY, 1, USED_UP, 35 },
	{ "is altered, and expires", DAY, 0, ALTERED, 0 },
};

static void ended_token_is_deleted_after_the_time_of_the_policy(void **state)
{
	struct world *world = *state;
	struct made made[COUNT(ends)];

	world->policy.delete_ended = 30 * DAY;
	world_apply_policy(world);
	for (size_t i = 0; i < COUNT(ends); i++) {
		struct token_request request = request_for(&alice, ends[i].name);

		request.has_expires_at = true;
		request.expires_at = NOON + ends[i].expires_at;
		if (ends[i].max_uses != 0)
			request.restrictions[PAT_MAX_USES].number = ends[i].max_uses;
		world_generate_request(world, &request, &made[i]);
	}
	world->time = NOON + DAY;
	for (size_t i = 0; i < COUNT(ends); i++) {
		if (ends[i].how == REVOKED)
			assert_int_equal(world_revoke(world, &made[i]), PAT_OK);
		if (ends[i].how == SUSPENDED)
			assert_int_equal(world_suspend(world, &made[i], 500 * DAY), PAT_OK);
		if (ends[i].how == USED_UP)
			assert_int_equal(world_log_in(world, &alice, &made[i]), PAT_ACCEPTED);
	}
	(void)work(world);
	world_edit(world, "UPDATE token SET uses = 1 WHERE name LIKE 'is altered%'");
	for (uint64_t day = 2; day < 60; day++) {
		world->time = NOON + day * DAY - 1;
		(void)work(world);
		for (size_t i = 0; i < COUNT(ends); i++)
			assert_that(is_there(world, &made[i]) ==
					    (ends[i].deleted == 0 || ends[i].deleted >= day),
				"%s, a second before day %u", ends[i].name, (unsigned int)day);
	}
	(void)world_check_history(world);
}

static void deletion_of_an_ended_token_is_in_its_history(void **state)
{
	struct world *world = *state;
	struct made made = world_generate(world, &alice, "laptop");

	assert_int_equal(world_revoke(world, &made), PAT_OK);
	world->policy.delete_ended = DAY;
	world_apply_policy(world);
	world->time = NOON + DAY - 1;
	(void)work(world);
	assert_true(is_there(world, &made));
	world->time = NOON + DAY;
	(void)work(world);
	assert_false(is_there(world, &made));
	assert_int_equal(world_last_entry(world).event, ENTRY_DELETED);
	assert_int_equal(world_last_entry(world).how, ENTRY_PATD);
	assert_int_equal(world_last_entry(world).by_uid, 0);
	assert_string_equal(world_last_entry(world).id.text, made.token.id.text);
	assert_string_equal(world_last_entry(world).detail, "ended long ago");
	assert_int_equal(world_check_history(world), 3);
	/* The name is free. */
	(void)world_generate(world, &alice, "laptop");
}

static void ended_token_stays_where_the_policy_keeps_it(void **state)
{
	struct world *world = *state;
	struct made made = world_generate(world, &alice, "laptop");

	assert_int_equal(world_revoke(world, &made), PAT_OK);
	world->time = NOON + 1000 * DAY;
	(void)work(world);
	assert_true(is_there(world, &made));
}

/* A policy can be loosened again, also one that had an error. */
static void token_that_the_policy_alone_ends_is_not_deleted(void **state)
{
	struct world *world = *state;
	struct token_request request = request_for(&alice, "for ever");
	struct made never, later = world_generate(world, &alice, "30 days");

	request.has_expires_at = true;
	world_generate_request(world, &request, &never);
	world->policy.delete_ended = DAY;
	world->policy.max_lifetime = 60;
	world->policy.allow_never = false;
	world_apply_policy(world);
	world->time = NOON + 29 * DAY;
	(void)work(world);
	assert_int_equal(world_state(world, &later), TOKEN_EXPIRED);
	assert_true(is_there(world, &never));
	world->policy.max_lifetime = POLICY_UNLIMITED;
	world->policy.allow_never = true;
	world_apply_policy(world);
	assert_int_equal(world_state(world, &later), TOKEN_ACTIVE);
	assert_int_equal(world_log_in(world, &alice, &never), PAT_ACCEPTED);
}

static void many_ended_tokens_are_deleted_in_parts(void **state)
{
	struct world *world = *state;

	for (int i = 0; i < 50; i++) {
		char name[16];
		struct made made;

		(void)snprintf(name, sizeof(name), "n%02d", i);
		made = world_generate(world, i % 2 == 0 ? &alice : &bob, name);
		if (i % 5 != 0)
			assert_int_equal(world_revoke(world, &made), PAT_OK);
	}
	world->policy.delete_ended = DAY;
	world_apply_policy(world);
	world->time = NOON + DAY;
	(void)work(world);
	assert_int_equal(world_ask(world, "SELECT count(*) FROM token"), 10);
	assert_int_equal(world_ask(world, "SELECT count(*) FROM token WHERE revoked_at != 0"), 0);
	assert_int_equal(world_check_history(world), 50 + 40 + 40);
}

static void token_that_cannot_be_deleted_does_not_stop_the_work(void **state)
{
	struct world *world = *state;
	struct made one = world_generate(world, &alice, "one");
	struct made two = world_generate(world, &alice, "two");

	assert_int_equal(world_revoke(world, &one), PAT_OK);
	assert_int_equal(world_revoke(world, &two), PAT_OK);
	world->policy.delete_ended = DAY;
	world_apply_policy(world);
	world->time = NOON + DAY;
	world_trigger(world,
		"CREATE TRIGGER stop BEFORE DELETE ON token WHEN old.name = 'one' BEGIN "
		"SELECT raise(ABORT, 'no'); END");
	logged_clear();
	(void)work(world);
	assert_logged(one.token.id.text);
	assert_true(is_there(world, &one));
	assert_false(is_there(world, &two));
	world_edit(world, "DROP TRIGGER stop");
	(void)work(world);
	assert_false(is_there(world, &one));
	(void)world_check_history(world);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WORLD_TEST(unused_token_is_revoked_and_not_reported),
		WORLD_TEST(many_unused_tokens_are_revoked_in_parts),
		WORLD_TEST(token_that_cannot_be_revoked_does_not_stop_the_work),
		WORLD_TEST(ended_token_is_deleted_after_the_time_of_the_policy),
		WORLD_TEST(deletion_of_an_ended_token_is_in_its_history),
		WORLD_TEST(ended_token_stays_where_the_policy_keeps_it),
		WORLD_TEST(token_that_the_policy_alone_ends_is_not_deleted),
		WORLD_TEST(many_ended_tokens_are_deleted_in_parts),
		WORLD_TEST(token_that_cannot_be_deleted_does_not_stop_the_work),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
