/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a clock that jumped must not undo, until the administrator says that it is right. */
#include "tests/unit/patd/logged.h"
#include "tests/unit/patd/tokens/killed.h"

static void do_nothing(struct world *world, const struct made *made)
{
	(void)world;
	(void)made;
}

/* ---- a clock that jumped ---- */

/* Ten uses of a token, a day each. */
static struct made live(struct world *world)
{
	struct made made;
	struct token_request request = request_for(&alice, "laptop");

	request.has_expires_at = true;
	world_generate_request(world, &request, &made);
	world->ran = 1000;
	for (unsigned int i = 0; i < 10; i++) {
		world->time += DAY;
		world->ran += DAY;
		assert_int_equal(world_log_in(world, &alice, &made), PAT_ACCEPTED);
	}
	return made;
}

static void on_expiring(const struct token *token, uint64_t end, void *userdata)
{
	(void)token;
	(void)end;
	(void)userdata;
}

static void work(struct world *world)
{
	struct daily_work work = { 0 };

	while (!work.done)
		assert_int_equal(tokens_daily_some(world->tokens, &work, on_expiring, NULL), 0);
}

/* The clock is wrong by so much, at a start or while patd runs; before and after the boot. */
static const struct {
	const char *what;
	bool restart, reboot;
} jumps[] = {
	{ "while patd runs", false, false },
	{ "at a start", true, false },
	{ "at a boot", true, true },
};

static void time__clock_that_jumped_prunes_and_revokes_nothing(void **state)
{
	struct world *world = *state;

	for (size_t i = 0; i < COUNT(jumps); i++) {
		struct made made;

		world_tear_down(state);
		world_set_up(state);
		world = *state;
		world->policy.keep_history = 30 * DAY;
		world->policy.revoke_unused = 30 * DAY;
		world_apply_policy(world);
		made = live(world);
		work(world);
		if (jumps[i].restart)
			world_stop(world);
		world->time += 3 * YEAR;
		world->ran = jumps[i].reboot ? 60 : world->ran + HOUR;
		logged_clear();
		if (jumps[i].restart)
			world_start(world);
		work(world);
		assert_logged("days ahead of what has passed");
		assert_that(world_check_history(world) == 11, "%s", jumps[i].what);
		/* It is refused, and that can be undone. */
		assert_int_equal(world_log_in(world, &alice, &made), PAT_REVOKED);
		assert_int_equal(world_find(world, &made).revoked_at, 0);
		/* When the policy's time has passed, as patd itself has counted it. */
		for (unsigned int day = 0; day < 29; day++) {
			world->time += DAY;
			world->ran += DAY;
			tokens_keep_time(world->tokens);
		}
		work(world);
		/* That of the refusal, too. */
		assert_that(world_check_history(world) >= 2, "%s", jumps[i].what);
		world->time += 2 * DAY;
		world->ran += 2 * DAY;
		world_restart(world);
		work(world);
		assert_int_equal(
			world_ask(world, "SELECT count(*) FROM history WHERE event = 1"), 0);
		assert_true(world_find(world, &made).revoked_at != 0);
	}
}

/*
 * Of a token that the jump alone ends, not even its lifetime has passed; of one that ended before,
 * the time of the policy has not.
 */
static void time__clock_that_jumped_deletes_nothing(void **state)
{
	struct world *world = *state;

	for (size_t i = 0; i < COUNT(jumps); i++) {
		struct token_request request = request_for(&alice, "ended");
		struct made valid, ended;
		struct token token;

		world_tear_down(state);
		world_set_up(state);
		world = *state;
		world->policy.delete_ended = 30 * DAY;
		world_apply_policy(world);
		world->ran = 1000;
		valid = world_generate(world, &alice, "valid");
		request.has_expires_at = true;
		world_generate_request(world, &request, &ended);
		assert_int_equal(world_revoke(world, &ended), PAT_OK);
		work(world);
		if (jumps[i].restart)
			world_stop(world);
		world->time += 3 * YEAR;
		world->ran = jumps[i].reboot ? 60 : world->ran + HOUR;
		if (jumps[i].restart)
			world_start(world);
		work(world);
		assert_int_equal(world_state(world, &valid), TOKEN_EXPIRED);
		assert_int_equal(world_state(world, &ended), TOKEN_REVOKED);
		/* It counts what passes from then on: 31 days, and then 61 with the lifetime. */
		for (unsigned int day = 1; day <= 61; day++) {
			world->time += DAY;
			world->ran += DAY;
			work(world);
			if (day < 30)
				assert_int_equal(world_state(world, &ended), TOKEN_REVOKED);
			if (day < 60)
				assert_int_equal(world_state(world, &valid), TOKEN_EXPIRED);
			if (day >= 31)
				assert_that(tokens_find(world->tokens, &root, ended.token.id.text,
						    &token, &world->refusal) == PAT_ERR_NOT_FOUND,
					"%s", jumps[i].what);
		}
		assert_that(tokens_find(world->tokens, &root, valid.token.id.text, &token,
				    &world->refusal) == PAT_ERR_NOT_FOUND,
			"%s", jumps[i].what);
	}
}

static void time__login_under_a_clock_that_jumped_revokes_nothing(void **state)
{
	struct world *world = *state;
	struct made made;

	world->policy.revoke_unused = 30 * DAY;
	world_apply_policy(world);
	made = live(world);
	world->time += 3 * YEAR;
	assert_int_equal(world_log_in(world, &alice, &made), PAT_REVOKED);
	assert_int_equal(world_find(world, &made).revoked_at, 0);
}

static void run_for_half_a_day(struct world *world, const struct made *made)
{
	(void)made;
	for (unsigned int hour = 0; hour < 12; hour++) {
		world->time += HOUR;
		world->ran += HOUR;
		tokens_keep_time(world->tokens);
	}
}

/* Each time it is switched on a little later than a day before. */
static void machine_that_is_off_over_night_has_skipped_nothing(void **state)
{
	struct world *world = *state;

	world->ran = 60;
	logged_clear();
	for (unsigned int day = 0; day < 3; day++) {
		be_killed_after(world, run_for_half_a_day, NULL);
		world->time += DAY + 600;
		world->ran = 60;
		world_start(world);
		/* In use for less than an hour. */
		world->time += HOUR / 2;
		world->ran += HOUR / 2;
		world_stop(world);
		world->time += DAY - HOUR / 4;
		world->ran = 60;
		world_start(world);
	}
	assert_nothing_logged();
}

/* Without what patd knew of the clock, as in the database of an earlier version. */
static void time__first_start_ahead_prunes_nothing(void **state)
{
	struct world *world = *state;

	world->policy.keep_history = 30 * DAY;
	(void)live(world);
	world_stop(world);
	world_edit(world, "DELETE FROM meta WHERE key = 'clock'");
	world->time += 3 * YEAR;
	world_start(world);
	work(world);
	assert_int_equal(world_check_history(world), 11);
}

/* Nor where the end of the history, from which it would know, is altered or gone. */
static void time__first_start_ahead_revokes_nothing(void **state)
{
	static const char *const edits[] = { "UPDATE history SET at = 1 WHERE seq = 11",
		"DELETE FROM history",
		"DELETE FROM history; DELETE FROM meta WHERE key = 'history'" };
	struct world *world = *state;

	for (size_t i = 0; i < COUNT(edits); i++) {
		struct made made;
		int64_t entries;

		world_tear_down(state);
		world_set_up(state);
		world = *state;
		world->policy.keep_history = 30 * DAY;
		world->policy.revoke_unused = 30 * DAY;
		made = live(world);
		world_stop(world);
		world_edit(world, "DELETE FROM meta WHERE key = 'clock'");
		world_edit(world, edits[i]);
		entries = world_ask(world, "SELECT count(*) FROM history");
		world->time += 3 * YEAR;
		world_start(world);
		work(world);
		assert_int_equal(world_ask(world, "SELECT count(*) FROM history"), entries);
		assert_int_equal(world_find(world, &made).revoked_at, 0);
	}
}

/* A clock that is right so often, and then three years ahead. */
static unsigned int right_for;

static uint64_t read_jumping(void *userdata)
{
	const struct world *world = userdata;

	if (right_for > 0) {
		right_for--;
		return world->time;
	}
	return world->time + 3 * YEAR;
}

/* As when the time is set from the network in the middle of the daily work. */
static void time__clock_that_jumps_at_any_moment_prunes_nothing(void **state)
{
	struct world *world = *state;

	for (unsigned int i = 0; i < 30; i++) {
		struct made made;

		world_tear_down(state);
		world_set_up(state);
		world = *state;
		world->policy.keep_history = 30 * DAY;
		world->policy.revoke_unused = 30 * DAY;
		made = live(world);
		right_for = i;
		world->clock.read = read_jumping;
		work(world);
		assert_int_equal(world_check_history(world), 11);
		assert_int_equal(world_find(world, &made).revoked_at, 0);
	}
}

static void time__altered_knowledge_of_the_clock_is_not_believed(void **state)
{
	struct world *world = *state;

	world->policy.keep_history = 30 * DAY;
	(void)live(world);
	world->time += 3 * YEAR;
	work(world);
	world_stop(world);
	logged_clear();
	/* As if the time had passed. */
	world_edit(world, "UPDATE meta SET value = zeroblob(length(value)) WHERE key = 'clock'");
	world_start(world);
	assert_logged("what patd knew of the clock was altered");
	work(world);
	assert_int_equal(world_check_history(world), 11);
}

/* Nobody who writes to the database makes patd prune what it has sealed. */
static void integrity__stored_time_that_was_altered_prunes_nothing(void **state)
{
	struct world *world = *state;

	world->policy.keep_history = 30 * DAY;
	(void)live(world);
	world_stop(world);
	world_edit(world, "UPDATE meta SET value = 4000000000 WHERE key = 'time'");
	world_start(world);
	work(world);
	assert_int_equal(world_check_history(world), 11);
}

/* ---- the administrator's word ---- */

static void reset_makes_the_clock_right_and_counts_once(void **state)
{
	struct world *world = *state;
	struct made made = world_generate(world, &alice, "laptop"), other;
	uint64_t due = 0;

	world->ran = 1000;
	world->time = NOON + 3 * YEAR;
	other = world_generate(world, &alice, "other");
	assert_int_equal(world_log_in(world, &alice, &other), PAT_ACCEPTED);
	work(world);
	world->time = NOON + 60;
	world_restart(world);
	assert_int_equal(world_log_in(world, &alice, &made), PAT_EXPIRED);
	world_restart(world);
	assert_int_equal(tokens_reset_time(world->tokens, 1), 0);
	assert_int_equal(clock_now(&world->clock), NOON + 60);
	assert_int_equal(world_log_in(world, &alice, &made), PAT_ACCEPTED);
	/* Also after a kill, and the daily work goes on. */
	killed_after(world, do_nothing, NULL);
	assert_int_equal(clock_now(&world->clock), NOON + 60);
	assert_int_equal(tokens_daily_due(world->tokens, &due), 0);
	assert_int_equal(due, NOON + 60);
	world->time = NOON + 40 * DAY;
	world_restart(world);
	world->time = NOON;
	world_restart(world);
	assert_int_equal(tokens_reset_time(world->tokens, 1), 1);
	assert_int_equal(world_log_in(world, &alice, &made), PAT_EXPIRED);
	assert_int_equal(tokens_reset_time(world->tokens, 2), 0);
	assert_int_equal(world_log_in(world, &alice, &made), PAT_ACCEPTED);
	(void)world_check_history(world);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WORLD_TEST(time__clock_that_jumped_prunes_and_revokes_nothing),
		WORLD_TEST(time__clock_that_jumped_deletes_nothing),
		WORLD_TEST(time__login_under_a_clock_that_jumped_revokes_nothing),
		WORLD_TEST(machine_that_is_off_over_night_has_skipped_nothing),
		WORLD_TEST(time__first_start_ahead_prunes_nothing),
		WORLD_TEST(time__first_start_ahead_revokes_nothing),
		WORLD_TEST(time__clock_that_jumps_at_any_moment_prunes_nothing),
		WORLD_TEST(time__altered_knowledge_of_the_clock_is_not_believed),
		WORLD_TEST(integrity__stored_time_that_was_altered_prunes_nothing),
		WORLD_TEST(reset_makes_the_clock_right_and_counts_once),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
