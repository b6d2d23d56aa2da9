/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Where the time of patd begins after a kill. */
#include "tests/unit/patd/logged.h"
#include "tests/unit/patd/tokens/killed.h"

static void run_for_a_month(struct world *world, const struct made *made)
{
	(void)made;
	for (unsigned int hour = 0; hour < 31 * 24 + 5; hour++) {
		world->time += HOUR;
		tokens_keep_time(world->tokens);
	}
}

static void time__expired_token_stays_expired_after_kill_of_idle_patd(void **state)
{
	struct world *world = *state;
	struct made made = world_generate(world, &alice, "laptop");

	killed_after(world, run_for_a_month, &made);
	assert_int_equal(world->time, NOON); /* the child's had gone on */
	assert_int_equal(world_log_in(world, &alice, &made), PAT_EXPIRED);
	assert_between(
		clock_now(&world->clock), NOON + 31 * DAY + 5 * HOUR, NOON + 31 * DAY + 6 * HOUR);
}

static void fail_to_use(struct world *world, const struct made *made)
{
	world->time = NOON + 300;
	world_disk(false);
	assert_int_equal(world_log_in(world, &alice, made), PAT_FAILED);
	world_disk(true);
	tokens_keep_time(world->tokens);
}

/* Until something is written, the time of a use that was not is not stored either. */
static void time__of_a_use_that_was_not_written_is_stored_later(void **state)
{
	struct world *world = *state;
	struct token_request request = request_for(&alice, "limited");
	struct made made;

	request.restrictions[PAT_MAX_USES].number = 2;
	world_generate_request(world, &request, &made);
	killed_after(world, fail_to_use, &made);
	assert_int_equal(clock_now(&world->clock), NOON + 300);
}

/* What moves the time that patd has seen on. */
typedef void happening(struct world *world, const struct made *made);

static void use(struct world *world, const struct made *made)
{
	world->time = NOON + 40 * DAY;
	assert_int_equal(world_log_in(world, &alice, made), PAT_ACCEPTED);
}

static void generate(struct world *world, const struct made *made)
{
	(void)made;
	world->time = NOON + 40 * DAY;
	(void)world_generate(world, &alice, "later");
}

static void suspend(struct world *world, const struct made *made)
{
	world->time = NOON + 40 * DAY;
	assert_int_equal(world_suspend(world, made, HOUR), PAT_OK);
}

static void disable(struct world *world, const struct made *made)
{
	(void)made;
	world->time = NOON + 40 * DAY;
	assert_int_equal(tokens_disable(world->tokens, &root, "bob", "x", &world->refusal), PAT_OK);
}

/* Also if what was stored as the latest time seen is taken away. */
static void time__begins_at_the_latest_time_in_the_database(void **state)
{
	static happening *const happenings[] = { use, generate, suspend, disable };
	static const char *const edits[] = { "DELETE FROM meta WHERE key IN ('time', 'clock')",
		"UPDATE meta SET value = 1 WHERE key = 'time';"
		"DELETE FROM meta WHERE key = 'clock'" };
	struct world *world = *state;

	for (size_t i = 0; i < COUNT(happenings) * COUNT(edits) * 2; i++) {
		const bool no_history = i / COUNT(happenings) / COUNT(edits) != 0;
		happening *const happened = happenings[i % COUNT(happenings)];
		enum pat_verdict expected;
		struct token_request request = request_for(&alice, "for ever");
		struct made made, ever;

		world_tear_down(state);
		world_set_up(state);
		world = *state;
		made = world_generate(world, &alice, "laptop");
		request.has_expires_at = true;
		world_generate_request(world, &request, &ever);
		killed_after(world, happened, &ever);
		world_stop(world);
		world_edit(world, edits[i / COUNT(happenings) % COUNT(edits)]);
		/* Either tells, but for the disabled: that is in the history alone. */
		if (no_history)
			world_edit(world, "DELETE FROM history");
		world_start(world);
		expected = no_history && happened == disable ? PAT_ACCEPTED : PAT_EXPIRED;
		assert_that(world_log_in(world, &alice, &made) == expected, "%zu", i);
	}
}

static void time__begins_at_the_only_entry(void **state)
{
	struct world *world = *state;

	world->time = NOON + 40 * DAY;
	assert_int_equal(tokens_disable(world->tokens, &root, "bob", "x", &world->refusal), PAT_OK);
	world_stop(world);
	world_edit(world, "DELETE FROM meta WHERE key IN ('time', 'clock')");
	world->time = NOON;
	world_start(world);
	assert_int_equal(clock_now(&world->clock), NOON + 40 * DAY);
}

/* Who cannot make a MAC ends no token by a time to come. */
static void time_of_altered_row_or_entry_is_not_believed(void **state)
{
	struct world *world = *state;
	struct made made = world_generate(world, &alice, "laptop");

	(void)world_generate(world, &alice, "altered");
	world_stop(world);
	world_edit(world, "UPDATE token SET last_used_at = 4000000000 WHERE name = 'altered'");
	world_edit(world, "UPDATE history SET at = 4000000000");
	world_start(world);
	assert_int_equal(clock_now(&world->clock), NOON);
	assert_int_equal(world_log_in(world, &alice, &made), PAT_ACCEPTED);
}

/* What rows say was forsworn; what patd saw of the clock since then was not. */
static void time__begins_at_the_latest_look_after_a_reset(void **state)
{
	struct world *world = *state;
	struct made made = world_generate(world, &alice, "laptop");

	world->time = NOON + 3 * YEAR;
	(void)world_generate(world, &alice, "other");
	world->time = NOON;
	world_restart(world);
	assert_int_equal(tokens_reset_time(world->tokens, 1), 0);
	killed_after(world, run_for_a_month, &made);
	world_stop(world);
	world_edit(world, "DELETE FROM meta WHERE key = 'time'");
	world_start(world);
	assert_int_equal(world_log_in(world, &alice, &made), PAT_EXPIRED);
}

static void use_new_secret_after_grace(struct world *world, const struct made *made)
{
	const struct pat_request request = request_with(made->secret, &alice);
	uint64_t ignored;

	world->time += HOUR + 1;
	assert_int_equal(verify_request(world->tokens, 0, &request, &ignored), PAT_ACCEPTED);
}

/* Killed before the turn of the loop ends, in which what can wait is written. */
static void revocation__former_secret_stays_ended_by_a_use_after_its_grace(void **state)
{
	struct world *world = *state;
	struct made former = world_generate(world, &alice, "laptop");
	struct made new = world_rotate(world, &former, HOUR);

	killed_after(world, use_new_secret_after_grace, &new);
	assert_int_equal(world->time, NOON);
	assert_int_equal(world_log_in(world, &alice, &former), PAT_ROTATED);
	assert_int_equal(world_log_in(world, &alice, &new), PAT_ACCEPTED);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WORLD_TEST(time__expired_token_stays_expired_after_kill_of_idle_patd),
		WORLD_TEST(time__of_a_use_that_was_not_written_is_stored_later),
		WORLD_TEST(time__begins_at_the_latest_time_in_the_database),
		WORLD_TEST(time__begins_at_the_only_entry),
		WORLD_TEST(time_of_altered_row_or_entry_is_not_believed),
		WORLD_TEST(time__begins_at_the_latest_look_after_a_reset),
		WORLD_TEST(revocation__former_secret_stays_ended_by_a_use_after_its_grace),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
