/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The rules of patd/tokens/tokens.c about a token's life, from one change to the next. */
#include "tests/unit/patd/logged.h"
#include "tests/unit/patd/world.h"

static void second_revoke_changes_nothing(void **state)
{
	struct world *world = *state;
	struct made made = world_generate(world, &alice, "laptop");

	world->time = NOON + 5;
	assert_int_equal(world_revoke(world, &made), PAT_OK);
	world->time = NOON + 10;
	assert_int_equal(world_revoke(world, &made), PAT_OK);
	assert_int_equal(world_find(world, &made).revoked_at, NOON + 5);
}

static void rename_changes_only_the_name(void **state)
{
	static const char *const bad[] = { "", "a\nb", "\xFF" };
	struct world *world = *state;
	struct made made = world_generate(world, &alice, "laptop");
	struct made other = world_generate(world, &alice, "other");
	struct token before = world_find(world, &made), after;

	(void)world_generate(world, &bob, "phone");
	for (size_t i = 0; i < COUNT(bad); i++)
		assert_int_equal(tokens_rename(world->tokens, &alice, made.token.id.text, bad[i],
					 &world->refusal),
			PAT_ERR_INVALID_NAME);
	assert_int_equal(
		tokens_rename(world->tokens, &alice, made.token.id.text, "other", &world->refusal),
		PAT_ERR_NAME_TAKEN);
	after = world_find(world, &made);
	assert_memory_equal(&after, &before, sizeof(after));
	assert_int_equal(
		tokens_rename(world->tokens, &alice, made.token.id.text, "phone", &world->refusal),
		PAT_OK);
	after = world_find(world, &made);
	assert_string_equal(after.name, "phone");
	memcpy(after.name, before.name, sizeof(after.name));
	memcpy(after.mac, before.mac, sizeof(after.mac));
	assert_memory_equal(&after, &before, sizeof(after));
	assert_int_equal(world_log_in(world, &alice, &made), PAT_ACCEPTED);
	/* The name before is free. */
	assert_int_equal(tokens_rename(world->tokens, &alice, other.token.id.text, "laptop",
				 &world->refusal),
		PAT_OK);
	(void)world_check_history(world);
}

/* A machine without a battery says 0, which in a row stands for "not revoked". */
static void revocation__revoke_holds_when_clock_is_set_back(void **state)
{
	struct world *world = *state;
	struct made made;

	world_stop(world);
	assert_int_equal(unlink(place_path(&world->place, "patd.db")), 0);
	world->time = 0;
	world_start(world);
	made = world_generate(world, &alice, "laptop");
	assert_int_equal(world_revoke(world, &made), PAT_OK);
	assert_int_equal(world_state(world, &made), TOKEN_REVOKED);
	assert_int_equal(world_log_in(world, &alice, &made), PAT_REVOKED);
	assert_int_equal(world_restore(world, &made), PAT_OK);
	assert_int_equal(world_log_in(world, &alice, &made), PAT_ACCEPTED);
	assert_int_not_equal(world_find(world, &made).last_used_at, 0);
}

static void expired_token_is_not_restored_when_clock_is_set_back(void **state)
{
	struct world *world = *state;
	struct made made = world_generate(world, &alice, "laptop");

	assert_int_equal(world_revoke(world, &made), PAT_OK);
	world->time = made.token.expires_at;
	assert_int_equal(world_restore(world, &made), PAT_ERR_EXPIRED);
	world->time = NOON;
	assert_int_equal(world_restore(world, &made), PAT_ERR_EXPIRED);
	/* A delete is a change, and stores the time. */
	assert_int_equal(world_delete(world, &made), PAT_OK);
	world_restart(world);
	assert_int_equal(clock_now(&world->clock), made.token.expires_at);
}

/* No change, and no use, that would have written it down before. */
static void time__latest_time_seen_survives_restart(void **state)
{
	struct world *world = *state;
	struct made made = world_generate(world, &alice, "laptop");

	world->time = made.token.expires_at;
	assert_int_equal(world_state(world, &made), TOKEN_EXPIRED);
	world->time = NOON;
	world_restart(world);
	assert_int_equal(world_state(world, &made), TOKEN_EXPIRED);
	assert_int_equal(clock_now(&world->clock), made.token.expires_at);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WORLD_TEST(second_revoke_changes_nothing),
		WORLD_TEST(rename_changes_only_the_name),
		WORLD_TEST(revocation__revoke_holds_when_clock_is_set_back),
		WORLD_TEST(expired_token_is_not_restored_when_clock_is_set_back),
		WORLD_TEST(time__latest_time_seen_survives_restart),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
