/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Tests of patd/db/row. */
#include <errno.h>
#include <sqlite3.h>
#include <string.h>

#include <stdio.h>

#include "patd/db/row.h"
#include "patd/db/schema.h"
#include "patd/model/token.h"
#include "tests/unit/unit.h"

static sqlite3 *db;
static sqlite3_stmt *statement;

static int set_up(void **state)
{
	(void)state;
	return sqlite3_open(":memory:", &db) == SQLITE_OK ? 0 : -1;
}

static int tear_down(void **state)
{
	(void)state;
	sqlite3_finalize(statement);
	statement = NULL;
	sqlite3_close(db);
	return 0;
}

/* Stands on the first row of the query. */
static void query(const char *sql)
{
	sqlite3_finalize(statement);
	assert_int_equal(sqlite3_prepare_v2(db, sql, -1, &statement, NULL), SQLITE_OK);
	assert_int_equal(sqlite3_step(statement), SQLITE_ROW);
}

static struct token a_token(void)
{
	struct token token = { .id = { "0123456789" },
		.name = "laptop",
		.uid = UINT32_MAX,
		.user = "alice",
		.created_at = 1,
		.expires_at = INT64_MAX,
		.revoked_at = 3,
		.last_used_at = 4,
		.last_used_service = "sudo" };

	memset(token.verifier, 5, sizeof(token.verifier));
	memset(token.mac, 6, sizeof(token.mac));
	return token;
}

static void bound_token_is_read_back(void **state)
{
	struct token token = a_token(), found;

	(void)state;
	assert_int_equal(
		row_prepare(db, "SELECT {parameters}", &token_table, 0, &statement), SQLITE_OK);
	row_bind(statement, &token_table, &token);
	assert_int_equal(sqlite3_step(statement), SQLITE_ROW);
	memset(&found, 0xEE, sizeof(found));
	assert_int_equal(row_read(statement, &token_table, &found), 0);
	assert_memory_equal(&token, &found, sizeof(token));
}

/* clang-format off */
/* Columns: a value that patd may have written, and what it never writes there. */
#define NUMBER { "1", { "-1", "'1'", "1.0", "NULL" } }
#define FLAG { "1", { "-1", "2", "'1'", "1.0", "NULL" } }
#define NUMBER32 { "1", { "-1", "4294967296", "'1'", "1.0", "NULL" } }
#define BYTES { "zeroblob(32)", { "NULL", "zeroblob(31)", "zeroblob(33)", "zeroblob(0)", "'x'" } }
#define TEXT(long)                                                                                 \
	{ "''", { "NULL", "1", "char(27)", "'a' || char(0)", "cast(x'C3' AS TEXT)",                \
			"printf('%" long "s', 's')" } }
/* clang-format on */

/* A row that patd may have written, column by column, and what it never writes there. */
static const struct {
	const char *good;
	const char *bad[12];
} columns[] = {
	{ "'0123456789'", { "NULL", "''", "'012345678'", "'01234567890'", "'012345678/'" } },
	{ "'u'", { "NULL", "''", "'a' || char(0)", "printf('%256s', 'u')" } },
	NUMBER32,
	{ "'n'", { "NULL", "''", "char(27)", "printf('%256s', 'n')", "printf('%9999s', 'n')",
			 "cast(x'C3' AS TEXT)" } },
	BYTES,
	NUMBER,
	NUMBER32,
	NUMBER,
	TEXT("512"),
	TEXT("1024"),
	TEXT("256"),
	NUMBER,
	NUMBER,
	NUMBER,
	NUMBER,
	TEXT("256"),
	NUMBER,
	NUMBER32,
	NUMBER,
	BYTES,
	NUMBER,
	NUMBER,
	NUMBER,
	TEXT("64"),
	TEXT("256"),
	BYTES,
	TEXT("1021"),
	FLAG,
	TEXT("261"),
	TEXT("33"),
	TEXT("64"),
	NUMBER,
	BYTES,
	FLAG,
	TEXT("512"),
};

/* The row with another value in one column. */
static const char *row_with(size_t column, const char *value)
{
	static char sql[2048];
	int n = snprintf(sql, sizeof(sql), "SELECT ");

	for (size_t i = 0; i < COUNT(columns); i++)
		n += snprintf(sql + n, sizeof(sql) - (size_t)n, "%s%s", i > 0 ? ", " : "",
			i == column ? value : columns[i].good);
	return sql;
}

static void impossible_row_is_damaged(void **state)
{
	const struct token nothing = { 0 };
	struct token found;

	(void)state;
	assert_int_equal(COUNT(columns), token_table.n);
	query(row_with(0, columns[0].good));
	assert_int_equal(row_read(statement, &token_table, &found), 0);
	for (size_t c = 0; c < COUNT(columns); c++)
		for (size_t i = 0; columns[c].bad[i]; i++) {
			query(row_with(c, columns[c].bad[i]));
			memset(&found, 0xEE, sizeof(found));
			assert_that(row_read(statement, &token_table, &found) == -EBADMSG,
				"%s = %s", token_table.fields[c].column, columns[c].bad[i]);
			assert_memory_equal(&found, &nothing, sizeof(found));
		}
}

static void braces_stand_for_columns_and_parameters(void **state)
{
	static const struct field fields[] = { { .column = "a" }, { .column = "b" } };
	static const struct table table = { fields, 2, 0 };

	(void)state;
	assert_int_equal(sqlite3_exec(db, "CREATE TABLE t (a, b)", NULL, NULL, NULL), SQLITE_OK);
	assert_int_equal(row_prepare(db, "UPDATE t SET ({columns}) = ({parameters}) WHERE a = ?1",
				 &table, 0, &statement),
		SQLITE_OK);
	assert_string_equal(sqlite3_sql(statement), "UPDATE t SET (a, b) = (?1, ?2) WHERE a = ?1");
	sqlite3_finalize(statement);
	assert_int_equal(row_prepare(db, "nonsense", &table, 0, &statement), SQLITE_ERROR);
	assert_null(statement);
}

static void text_fits_with_its_nul_or_not_at_all(void **state)
{
	char text[4];

	(void)state;
	query("SELECT 'abc', 'abcd', ''");
	assert_true(row_text(statement, 0, text, sizeof(text)));
	assert_string_equal(text, "abc");
	assert_false(row_text(statement, 1, text, sizeof(text)));
	assert_string_equal(text, "abc");
	assert_true(row_text(statement, 2, text, sizeof(text)));
	assert_string_equal(text, "");
}

static void result_codes_have_their_errno(void **state)
{
	static const struct {
		int code, error;
	} table[] = {
		{ SQLITE_OK, 0 },
		{ SQLITE_ROW, 0 },
		{ SQLITE_DONE, 0 },
		{ SQLITE_FULL, -ENOSPC },
		{ SQLITE_CONSTRAINT_PRIMARYKEY, -EEXIST },
		{ SQLITE_CONSTRAINT_UNIQUE, -EEXIST },
		{ SQLITE_CONSTRAINT_NOTNULL, -EIO },
		{ SQLITE_CONSTRAINT_DATATYPE, -EIO },
		{ SQLITE_CORRUPT, -EBADMSG },
		{ SQLITE_CORRUPT_INDEX, -EBADMSG },
		{ SQLITE_NOTADB, -EBADMSG },
		{ SQLITE_NOMEM, -ENOMEM },
		{ SQLITE_IOERR_NOMEM, -EIO },
		{ SQLITE_READONLY_DIRECTORY, -EROFS },
		{ SQLITE_BUSY_SNAPSHOT, -EBUSY },
		{ SQLITE_BUSY, -EBUSY },
		{ SQLITE_IOERR_FSYNC, -EIO },
		{ SQLITE_MISUSE, -EIO },
		{ SQLITE_INTERRUPT, -EIO },
	};

	(void)state;
	errno = 0;
	for (size_t i = 0; i < COUNT(table); i++)
		assert_that(schema_errno(table[i].code) == table[i].error, "%d", table[i].code);
}

static void what_the_system_said_comes_before_what_sqlite_made_of_it(void **state)
{
	(void)state;
	errno = EDQUOT;
	assert_int_equal(schema_errno(SQLITE_IOERR_WRITE), -ENOSPC);
	assert_string_equal(schema_error(db, SQLITE_IOERR_WRITE), strerror(EDQUOT));
	errno = EIO;
	assert_int_equal(schema_errno(SQLITE_CORRUPT), -EIO);
	assert_string_equal(schema_advice(SQLITE_CORRUPT), "");
}

#define TEST(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(bound_token_is_read_back),
		TEST(impossible_row_is_damaged),
		TEST(braces_stand_for_columns_and_parameters),
		TEST(text_fits_with_its_nul_or_not_at_all),
		TEST(result_codes_have_their_errno),
		TEST(what_the_system_said_comes_before_what_sqlite_made_of_it),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
