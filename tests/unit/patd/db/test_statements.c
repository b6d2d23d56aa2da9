/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Statements that are compiled later, and kept. */
#include <stdio.h>

#include "patd/db/row.h"
#include "patd/db/statements.h"
#include "tests/unit/patd/logged.h"
#include "tests/unit/patd/world.h"

static int set_up(void **state)
{
	struct world *world;

	if (world_set_up(state) != 0)
		return -1;
	world = *state;
	world_edit(world, "CREATE TABLE words (word TEXT); INSERT INTO words VALUES ('a'), ('b')");
	return 0;
}

static struct statements *begin(struct world *world)
{
	struct statements *statements;

	assert_int_equal(statements_new(world->database, NULL, 0, &token_table, &statements), 0);
	return statements;
}

static sqlite3_stmt *compile(struct statements *statements, const char *sql)
{
	sqlite3_stmt *statement;

	assert_int_equal(statement_compile(statements, sql, &statement), 0);
	return statement;
}

static void statement_that_was_released_is_kept(void **state)
{
	struct statements *statements = begin(*state);
	sqlite3_stmt *first = compile(statements, "SELECT word FROM words WHERE word > ?1");

	row_bind_text(first, 1, "a");
	assert_int_equal(sqlite3_step(first), SQLITE_ROW);
	statement_release(statements, first);
	/* As new: nothing is bound, and it begins at its beginning. */
	assert_ptr_equal(compile(statements, "SELECT word FROM words WHERE word > ?1"), first);
	assert_int_equal(sqlite3_step(first), SQLITE_DONE);
	statement_release(statements, first);
	statements_free(statements);
}

static void statement_in_use_is_not_shared(void **state)
{
	struct statements *statements = begin(*state);
	sqlite3_stmt *outer = compile(statements, "SELECT word FROM words");
	sqlite3_stmt *inner;

	assert_int_equal(sqlite3_step(outer), SQLITE_ROW);
	inner = compile(statements, "SELECT word FROM words");
	assert_ptr_not_equal(inner, outer);
	assert_int_equal(sqlite3_step(inner), SQLITE_ROW);
	statement_release(statements, inner);
	assert_int_equal(sqlite3_step(outer), SQLITE_ROW);
	assert_int_equal(sqlite3_step(outer), SQLITE_DONE);
	statement_release(statements, outer);
	statements_free(statements);
}

static void more_statements_than_are_kept_work(void **state)
{
	struct statements *statements = begin(*state);
	sqlite3_stmt *open[10];
	char sql[64];

	for (int round = 0; round < 3; round++) {
		for (size_t i = 0; i < COUNT(open); i++) {
			(void)snprintf(sql, sizeof(sql), "SELECT %zu FROM words", i);
			open[i] = compile(statements, sql);
			assert_int_equal(sqlite3_step(open[i]), SQLITE_ROW);
			assert_int_equal(sqlite3_column_int64(open[i], 0), i);
		}
		for (size_t i = 0; i < COUNT(open); i++)
			statement_release(statements, open[i]);
	}
	statements_free(statements);
}

static void statement_that_cannot_be_compiled_is_logged(void **state)
{
	struct statements *statements = begin(*state);
	sqlite3_stmt *statement;

	logged_clear();
	assert_true(statement_compile(statements, "SELECT nothing FROM nowhere", &statement) < 0);
	assert_logged("the database failed");
	statements_free(statements);
}

#define TEST(test) cmocka_unit_test_setup_teardown(test, set_up, world_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(statement_that_was_released_is_kept),
		TEST(statement_in_use_is_not_shared),
		TEST(more_statements_than_are_kept_work),
		TEST(statement_that_cannot_be_compiled_is_logged),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
