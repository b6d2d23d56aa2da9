/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The start: with which key and which database it is refused. */
#include <errno.h>

#include "tests/unit/patd/logged.h"
#include "tests/unit/patd/world.h"

static void stolen_database__other_key_is_refused_while_tokens_exist(void **state)
{
	static const uint8_t bytes[KEY_LEN] = { 9 };
	struct world *world = *state;
	struct made made = world_generate(world, &alice, "laptop");
	struct tokens *tokens = NULL;
	struct key *other;

	tokens_free(world->tokens);
	world->tokens = NULL;
	assert_int_equal(key_new(bytes, &other), 0);
	assert_int_equal(tokens_new(world->database, other, &world->clock, &world->policy, &tokens),
		-EKEYREJECTED);
	assert_null(tokens);
	/* And nothing has happened to the right one. */
	assert_int_equal(tokens_new(world->database, world->key, &world->clock, &world->policy,
				 &world->tokens),
		0);
	assert_int_equal(world_log_in(world, &alice, &made), PAT_ACCEPTED);
	key_free(other);
}

static void other_key_is_accepted_without_tokens(void **state)
{
	static const uint8_t bytes[KEY_LEN] = { 9 };
	struct world *world = *state;
	struct made made;

	world_stop(world);
	key_free(world->key);
	assert_int_equal(key_new(bytes, &world->key), 0);
	world_start(world);
	made = world_generate(world, &alice, "laptop");
	world_restart(world);
	assert_int_equal(world_log_in(world, &alice, &made), PAT_ACCEPTED);
}

static void database_without_key_check_is_refused(void **state)
{
	struct world *world = *state;
	struct tokens *tokens = NULL;

	(void)world_generate(world, &alice, "laptop");
	world_edit(world, "DELETE FROM meta WHERE key = 'key_check'");
	assert_int_equal(
		tokens_new(world->database, world->key, &world->clock, &world->policy, &tokens),
		-EKEYREJECTED);
	world_edit(world, "INSERT INTO meta VALUES ('key_check', x'00')");
	assert_int_equal(
		tokens_new(world->database, world->key, &world->clock, &world->policy, &tokens),
		-EBADMSG);
	assert_null(tokens);
}

static void database_with_impossible_time_is_refused(void **state)
{
	static const char *const edits[] = {
		"INSERT OR REPLACE INTO meta VALUES ('time', -1)",
		"INSERT OR REPLACE INTO meta VALUES ('time', 'noon')",
		"INSERT OR REPLACE INTO meta VALUES ('time', 1.5)",
	};
	struct world *world = *state;
	struct tokens *tokens = NULL;

	for (size_t i = 0; i < COUNT(edits); i++) {
		world_edit(world, edits[i]);
		assert_that(tokens_new(world->database, world->key, &world->clock, &world->policy,
				    &tokens) == -EBADMSG,
			"%s", edits[i]);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WORLD_TEST(stolen_database__other_key_is_refused_while_tokens_exist),
		WORLD_TEST(other_key_is_accepted_without_tokens),
		WORLD_TEST(database_without_key_check_is_refused),
		WORLD_TEST(database_with_impossible_time_is_refused),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
