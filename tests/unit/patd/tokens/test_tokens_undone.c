/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Changes that the database does not keep, or that a disk refuses. */
#include "tests/unit/patd/logged.h"
#include "tests/unit/patd/world.h"

/* A failing disk, played by a trigger. */
static void failed_write_changes_nothing(void **state)
{
	struct world *world = *state;
	struct made made = world_generate(world, &alice, "laptop");
	struct token_request request = request_for(&alice, "phone");
	struct made other;

	world_trigger(world,
		"CREATE TRIGGER a BEFORE UPDATE ON token BEGIN SELECT raise(ABORT, 'no'); "
		"END; CREATE TRIGGER b BEFORE INSERT ON token BEGIN SELECT "
		"raise(FAIL, 'no'); END");
	assert_int_equal(world_revoke(world, &made), PAT_ERR_STORAGE);
	assert_int_equal(world_state(world, &made), TOKEN_ACTIVE);
	assert_int_equal(tokens_generate(world->tokens, &root, &request, &other.token, other.secret,
				 &world->refusal),
		PAT_ERR_STORAGE);
	assert_true(sodium_is_zero((const uint8_t *)other.secret, sizeof(other.secret)));
	world_edit(world, "DROP TRIGGER a; DROP TRIGGER b");
	assert_int_equal(world_revoke(world, &made), PAT_OK);
}

/* What is written is read back: it is there, or the change is refused and nothing of it is. */
static void integrity__change_that_the_database_undoes_is_refused(void **state)
{
	static const char *const undoing[] = {
		"CREATE TRIGGER undo AFTER UPDATE ON token BEGIN UPDATE token SET revoked_at = 0,"
		" mac = old.mac WHERE id = new.id; END",
		"CREATE TRIGGER undo AFTER UPDATE ON token BEGIN DELETE FROM token; END",
		"CREATE TRIGGER undo BEFORE UPDATE ON token BEGIN SELECT raise(IGNORE); END",
		"CREATE TRIGGER undo AFTER UPDATE ON token BEGIN UPDATE token SET name = 'x'; END",
	};
	struct world *world = *state;
	struct made made = world_generate(world, &alice, "laptop");

	for (size_t i = 0; i < COUNT(undoing); i++) {
		world_trigger(world, undoing[i]);
		assert_that(world_revoke(world, &made) != PAT_OK, "%s", undoing[i]);
		world_edit(world, "DROP TRIGGER undo");
		assert_int_equal(world_state(world, &made), TOKEN_ACTIVE);
	}
	assert_int_equal(world_check_history(world), 1);
	assert_int_equal(world_revoke(world, &made), PAT_OK);
	world_trigger(world, "CREATE TRIGGER undo BEFORE DELETE ON token BEGIN SELECT "
			     "raise(IGNORE); END");
	assert_true(world_delete(world, &made) != PAT_OK);
	world_edit(world, "DROP TRIGGER undo");
	assert_int_equal(world_state(world, &made), TOKEN_REVOKED);
	world_edit(world, "CREATE TABLE spare AS SELECT * FROM token");
	world_trigger(world, "CREATE TRIGGER undo AFTER DELETE ON token BEGIN INSERT INTO token "
			     "SELECT * FROM spare; END");
	assert_int_equal(world_delete(world, &made), PAT_ERR_STORAGE);
	world_edit(world, "DROP TRIGGER undo; DROP TABLE spare");
	assert_int_equal(world_delete(world, &made), PAT_OK);
}

/* Neither by itself nor as part of a change, whatever stands in the file. */
static void integrity__no_trigger_and_no_view_of_the_file_is_run(void **state)
{
	struct world *world = *state;
	sqlite3 *db = world->database->handle;
	struct made made = world_generate(world, &alice, "laptop");

	world_edit(world, "CREATE TRIGGER undo AFTER UPDATE ON token BEGIN UPDATE token SET"
			  " revoked_at = 0, mac = old.mac WHERE id = new.id; END");
	world_edit(world, "CREATE VIEW spare AS SELECT * FROM token");
	assert_int_equal(world_revoke(world, &made), PAT_OK);
	assert_int_equal(world_state(world, &made), TOKEN_REVOKED);
	assert_true(sqlite3_exec(db, "SELECT * FROM spare", NULL, NULL, NULL) != SQLITE_OK);
	assert_true(sqlite3_exec(db, "ATTACH ':memory:' AS other", NULL, NULL, NULL) != SQLITE_OK);
}

static void integrity__change_whose_entry_the_database_drops_is_refused(void **state)
{
	static const char *const dropping[] = {
		"CREATE TRIGGER drop_it BEFORE INSERT ON history BEGIN SELECT raise(IGNORE); END",
		"CREATE TRIGGER drop_it AFTER INSERT ON history BEGIN DELETE FROM history WHERE"
		" seq = new.seq; END",
		"CREATE TRIGGER drop_it AFTER INSERT ON history BEGIN UPDATE history SET"
		" by_uid = 1 WHERE seq = new.seq; END",
	};
	struct world *world = *state;
	struct made made = world_generate(world, &alice, "laptop");

	for (size_t i = 0; i < COUNT(dropping); i++) {
		world_trigger(world, dropping[i]);
		assert_that(world_revoke(world, &made) == PAT_ERR_STORAGE, "%s", dropping[i]);
		world_edit(world, "DROP TRIGGER drop_it");
		assert_int_equal(world_state(world, &made), TOKEN_ACTIVE);
		(void)world_check_history(world);
	}
	assert_int_equal(world_revoke(world, &made), PAT_OK);
}

static void integrity__disabling_that_the_database_undoes_is_refused(void **state)
{
	struct world *world = *state;

	world_trigger(world, "CREATE TRIGGER undo AFTER INSERT ON disabled BEGIN DELETE FROM "
			     "disabled; END");
	assert_int_equal(tokens_disable(world->tokens, &root, "alice", NULL, &world->refusal),
		PAT_ERR_STORAGE);
	world_edit(world, "DROP TRIGGER undo");
	assert_int_equal(
		tokens_disable(world->tokens, &root, "alice", NULL, &world->refusal), PAT_OK);
	world_edit(world, "CREATE TABLE spare AS SELECT * FROM disabled");
	world_trigger(world, "CREATE TRIGGER undo AFTER DELETE ON disabled BEGIN INSERT INTO "
			     "disabled SELECT * FROM spare; END");
	assert_int_equal(
		tokens_enable(world->tokens, &root, "alice", &world->refusal), PAT_ERR_STORAGE);
}

static void integrity__rotation_whose_former_secret_is_dropped_is_refused(void **state)
{
	struct world *world = *state;
	struct made made = world_generate(world, &alice, "laptop");
	char secret[sizeof(made.secret)] = "";

	world_trigger(world, "CREATE TRIGGER undo AFTER INSERT ON former BEGIN DELETE FROM former; "
			     "END");
	assert_int_equal(tokens_rotate(world->tokens, &root, made.token.id.text,
				 &(struct rotation) { .grace = DAY }, secret, &world->refusal),
		PAT_ERR_STORAGE);
	world_edit(world, "DROP TRIGGER undo");
	assert_int_equal(world_log_in(world, &alice, &made), PAT_ACCEPTED);
}

static void limited_uses__use_that_the_database_undoes_counts(void **state)
{
	struct world *world = *state;
	struct token_request request = request_for(&alice, "once");
	struct made made;

	request.restrictions[PAT_MAX_USES].number = 1;
	world_generate_request(world, &request, &made);
	world_trigger(world, "CREATE TRIGGER undo AFTER UPDATE ON token BEGIN UPDATE token SET "
			     "uses = 0, mac = old.mac WHERE id = new.id; END");
	assert_int_equal(world_log_in(world, &alice, &made), PAT_ACCEPTED);
	assert_true(tokens_flush_uses(world->tokens) < 0);
	assert_int_equal(world_log_in(world, &alice, &made), PAT_EXHAUSTED);
	world_edit(world, "DROP TRIGGER undo");
	world_restart(world);
	assert_int_equal(world_log_in(world, &alice, &made), PAT_EXHAUSTED);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WORLD_TEST(integrity__no_trigger_and_no_view_of_the_file_is_run),
		WORLD_TEST(integrity__change_that_the_database_undoes_is_refused),
		WORLD_TEST(integrity__change_whose_entry_the_database_drops_is_refused),
		WORLD_TEST(integrity__disabling_that_the_database_undoes_is_refused),
		WORLD_TEST(integrity__rotation_whose_former_secret_is_dropped_is_refused),
		WORLD_TEST(limited_uses__use_that_the_database_undoes_counts),
		WORLD_TEST(failed_write_changes_nothing),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
