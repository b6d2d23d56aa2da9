/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The daily work: revokes unused tokens, deletes those that ended long ago, reports those that
 * expire soon, prunes the history.
 */
#include "common/lifetime.h"
#include "tests/unit/patd/logged.h"
#include "tests/unit/patd/world.h"

struct reported {
	unsigned int n;
	struct {
		char name[PAT_NAME_BYTES_MAX + 1];
		uint64_t end;
	} found[64];
};

static void on_expiring(const struct token *token, uint64_t end, void *userdata)
{
	struct reported *reported = userdata;

	assert_between(reported->n, 0, COUNT(reported->found) - 1);
	(void)strcpy(reported->found[reported->n].name, token->name);
	reported->found[reported->n++].end = end;
}

/* Turn by turn, as the loop does; what was reported. */
static struct reported work(struct world *world)
{
	struct daily_work work = { 0 };
	struct reported reported = { 0 };

	for (unsigned int turns = 0; !work.done; turns++) {
		assert_between(turns, 0, 1000);
		assert_int_equal(
			tokens_daily_some(world->tokens, &work, on_expiring, &reported), 0);
	}
	return reported;
}

static uint64_t due(struct world *world)
{
	uint64_t at = 0;

	assert_int_equal(tokens_daily_due(world->tokens, &at), 0);
	return at;
}

static void daily_work_is_due_at_once_and_then_a_day_later(void **state)
{
	struct world *world = *state;

	assert_int_equal(due(world), NOON);
	world->time = NOON + 5;
	assert_int_equal(work(world).n, 0);
	assert_int_equal(due(world), NOON + 5 + DAY);
	world_restart(world);
	assert_int_equal(due(world), NOON + 5 + DAY);
	world->time = NOON + 3 * DAY; /* the machine slept */
	assert_int_equal(due(world), NOON + 5 + DAY);
	assert_int_equal(work(world).n, 0);
	assert_int_equal(due(world), NOON + 4 * DAY);
}

static void daily_work_is_due_where_its_time_is_damaged(void **state)
{
	struct world *world = *state;

	assert_int_equal(work(world).n, 0);
	world_stop(world);
	world_edit(world, "UPDATE meta SET value = 'x' WHERE key = 'daily'");
	world_start(world);
	assert_int_equal(due(world), NOON);
	assert_int_equal(work(world).n, 0);
	assert_int_equal(due(world), NOON + DAY);
}

/* ---- tokens that expire soon ---- */

#define WEEK (7 * DAY)

static const struct {
	const char *name;
	uint64_t expires_at; /* after NOON; 0: never */
	enum {
		NOTHING,
		REVOKE,
		SUSPEND,
		ALTER
	} then;
	bool reported;
} expiring[] = {
	{ "in a second", 1, NOTHING, true },
	{ "in a day", DAY, NOTHING, true },
	{ "in a week", WEEK, NOTHING, true },
	{ "a second later", WEEK + 1, NOTHING, false },
	{ "never", 0, NOTHING, false },
	{ "in a day, revoked", DAY, REVOKE, false },
	{ "in a day, suspended", DAY, SUSPEND, false },
	{ "in a day, altered", DAY, ALTER, false },
};

static void only_tokens_that_expire_within_a_week_are_reported(void **state)
{
	struct world *world = *state;
	struct made made[COUNT(expiring)];
	struct reported reported;
	unsigned int n = 0;

	for (size_t i = 0; i < COUNT(expiring); i++) {
		struct token_request request = request_for(&alice, expiring[i].name);

		request.has_expires_at = true;
		request.expires_at =
			expiring[i].expires_at == 0 ? PAT_NEVER : NOON + expiring[i].expires_at;
		world_generate_request(world, &request, &made[i]);
		if (expiring[i].then == REVOKE)
			assert_int_equal(world_revoke(world, &made[i]), PAT_OK);
		if (expiring[i].then == SUSPEND)
			assert_int_equal(world_suspend(world, &made[i], DAY / 2), PAT_OK);
		if (expiring[i].then == ALTER)
			world_edit(world, "UPDATE token SET uses = 1 WHERE name LIKE '%altered'");
	}
	reported = work(world);
	for (size_t i = 0; i < COUNT(expiring); i++) {
		bool found = false;

		for (unsigned int t = 0; t < reported.n; t++)
			if (strcmp(reported.found[t].name, expiring[i].name) == 0) {
				found = true;
				assert_int_equal(
					reported.found[t].end, NOON + expiring[i].expires_at);
			}
		assert_that(found == expiring[i].reported, "%s", expiring[i].name);
		n += expiring[i].reported;
	}
	assert_int_equal(reported.n, n);
}

static void expired_token_is_not_reported(void **state)
{
	struct world *world = *state;
	struct made made = world_generate(world, &alice, "laptop");

	world->time = made.token.expires_at - WEEK - 1;
	assert_int_equal(work(world).n, 0);
	world->time = made.token.expires_at - 1;
	assert_int_equal(work(world).n, 1);
	world->time = made.token.expires_at;
	assert_int_equal(work(world).n, 0);
}

static void reported_expiry_is_that_of_the_policy(void **state)
{
	struct world *world = *state;
	struct token_request request = request_for(&alice, "for ever");
	struct made made;
	struct reported reported;

	request.has_expires_at = true;
	world_generate_request(world, &request, &made);
	world->policy.max_lifetime = 10 * DAY;
	world_apply_policy(world);
	assert_int_equal(work(world).n, 0);
	world->time = NOON + 3 * DAY;
	reported = work(world);
	assert_int_equal(reported.n, 1);
	assert_int_equal(reported.found[0].end, NOON + 10 * DAY);
}

static void each_of_many_tokens_is_reported_once(void **state)
{
	struct world *world = *state;
	struct reported reported;

	for (int i = 0; i < 50; i++) {
		char name[16];

		(void)snprintf(name, sizeof(name), "n%02d", i);
		(void)world_generate(world, i % 2 == 0 ? &alice : &bob, name);
	}
	world->time = NOON + 25 * DAY;
	reported = work(world);
	assert_int_equal(reported.n, 50);
	for (unsigned int i = 0; i < reported.n; i++)
		for (unsigned int j = 0; j < i; j++)
			assert_string_not_equal(reported.found[i].name, reported.found[j].name);
}

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

/* ---- the history ---- */

/* Ten logins a day, the first on the day of NOON. */
static void live(struct world *world, unsigned int days)
{
	struct token_request request = request_for(&alice, "laptop");
	struct made made;

	request.has_expires_at = true;
	world_generate_request(world, &request, &made);
	for (unsigned int i = 0; i < days * 10; i++) {
		world->time = NOON + i / 10 * DAY;
		assert_int_equal(world_log_in(world, &alice, &made), PAT_ACCEPTED);
	}
}

static void entries_older_than_keep_history_are_pruned(void **state)
{
	struct world *world = *state;

	live(world, 60);
	assert_int_equal(world_check_history(world), 601);
	world->policy.keep_history = 20 * DAY;
	world_apply_policy(world);
	/* It is day 59. */
	(void)work(world);
	assert_int_equal(world_check_history(world), 210);
	assert_int_equal(world_ask(world, "SELECT min(at) FROM history"), NOON + 39 * DAY);
	world_restart(world);
	assert_int_equal(world_check_history(world), 210);
	/* It goes on from there, to nothing, and on again. */
	world->time += 100 * DAY;
	(void)work(world);
	assert_int_equal(world_check_history(world), 0);
	(void)world_generate(world, &alice, "phone");
	assert_int_equal(world_check_history(world), 1);
	assert_int_equal(world_last_entry(world).seq, 602);
}

static void entries_beyond_max_history_are_pruned(void **state)
{
	struct world *world = *state;

	live(world, 60);
	world->policy.max_history = 600;
	world_apply_policy(world);
	(void)work(world);
	assert_int_equal(world_check_history(world), 600);
	world->policy.max_history = 7;
	world_apply_policy(world);
	(void)work(world);
	assert_int_equal(world_check_history(world), 7);
	assert_int_equal(world_last_entry(world).seq, 601);
	world_restart(world);
	assert_int_equal(world_check_history(world), 7);
}

static void entries_that_the_policy_keeps_are_not_pruned(void **state)
{
	struct world *world = *state;

	live(world, 60);
	world->policy.keep_history = POLICY_UNLIMITED;
	world_apply_policy(world);
	world->time += 1000 * DAY;
	(void)work(world);
	assert_int_equal(world_check_history(world), 601);
}

static void daily_work_stays_due_when_disk_fails(void **state)
{
	struct world *world = *state;
	struct daily_work daily = { 0 };
	struct reported reported = { 0 };
	int r = 0;

	live(world, 3);
	world->policy.keep_history = DAY;
	world_apply_policy(world);
	world_trigger(world,
		"CREATE TRIGGER stop BEFORE DELETE ON history BEGIN SELECT raise(ABORT, "
		"'no'); END");
	for (unsigned int turns = 0; r == 0 && turns < 10; turns++)
		r = tokens_daily_some(world->tokens, &daily, on_expiring, &reported);
	assert_true(r < 0);
	assert_false(daily.done);
	assert_int_equal(due(world), world->time);
	assert_int_equal(world_check_history(world), 31);
	world_edit(world, "DROP TRIGGER stop");
	(void)work(world);
	assert_int_equal(world_check_history(world), 20);
	assert_int_equal(due(world), world->time + DAY);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WORLD_TEST(daily_work_is_due_at_once_and_then_a_day_later),
		WORLD_TEST(daily_work_is_due_where_its_time_is_damaged),
		WORLD_TEST(only_tokens_that_expire_within_a_week_are_reported),
		WORLD_TEST(expired_token_is_not_reported),
		WORLD_TEST(reported_expiry_is_that_of_the_policy),
		WORLD_TEST(each_of_many_tokens_is_reported_once),
		WORLD_TEST(unused_token_is_revoked_and_not_reported),
		WORLD_TEST(many_unused_tokens_are_revoked_in_parts),
		WORLD_TEST(token_that_cannot_be_revoked_does_not_stop_the_work),
		WORLD_TEST(ended_token_is_deleted_after_the_time_of_the_policy),
		WORLD_TEST(deletion_of_an_ended_token_is_in_its_history),
		WORLD_TEST(ended_token_stays_where_the_policy_keeps_it),
		WORLD_TEST(token_that_the_policy_alone_ends_is_not_deleted),
		WORLD_TEST(many_ended_tokens_are_deleted_in_parts),
		WORLD_TEST(token_that_cannot_be_deleted_does_not_stop_the_work),
		WORLD_TEST(entries_older_than_keep_history_are_pruned),
		WORLD_TEST(entries_beyond_max_history_are_pruned),
		WORLD_TEST(entries_that_the_policy_keeps_are_not_pruned),
		WORLD_TEST(daily_work_stays_due_when_disk_fails),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
