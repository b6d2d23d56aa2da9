/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The daily work: when it is due, and what it reports and prunes. */
#include "common/lifetime.h"
#include "tests/unit/patd/logged.h"
#include "tests/unit/patd/tokens/daily.h"

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

#define WEEK (7 * DAY)

/* ---- tokens that expire soon ---- */

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
		WORLD_TEST(entries_older_than_keep_history_are_pruned),
		WORLD_TEST(entries_beyond_max_history_are_pruned),
		WORLD_TEST(entries_that_the_policy_keeps_are_not_pruned),
		WORLD_TEST(daily_work_stays_due_when_disk_fails),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
