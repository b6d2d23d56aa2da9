#include <errno.h>
#include <sqlite3.h>
#include <string.h>

#include "patd/row.h"
#include "patd/schema.h"
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

static void what_is_bound_is_read(void **state)
{
	struct token token = a_token(), found;

	(void)state;
	assert_int_equal(
		sqlite3_prepare_v2(db, "SELECT " ROW_PARAMETERS, -1, &statement, NULL), SQLITE_OK);
	row_bind(statement, &token);
	assert_int_equal(sqlite3_step(statement), SQLITE_ROW);
	memset(&found, 0xEE, sizeof(found));
	assert_int_equal(row_read(statement, &found), 0);
	assert_memory_equal(&token, &found, sizeof(token));
}

#define ID "'0123456789'"
#define V "zeroblob(32)"

static void a_row_that_no_patd_wrote_is_damaged(void **state)
{
	static const char *const rows[] = {
		"SELECT NULL, 'u', 1, 'n', " V ", 1, 1, 1, 1, '', " V,
		"SELECT '', 'u', 1, 'n', " V ", 1, 1, 1, 1, '', " V,
		"SELECT '012345678', 'u', 1, 'n', " V ", 1, 1, 1, 1, '', " V,
		"SELECT '01234567890', 'u', 1, 'n', " V ", 1, 1, 1, 1, '', " V,
		"SELECT '012345678/', 'u', 1, 'n', " V ", 1, 1, 1, 1, '', " V,
		"SELECT " ID ", NULL, 1, 'n', " V ", 1, 1, 1, 1, '', " V,
		"SELECT " ID ", '', 1, 'n', " V ", 1, 1, 1, 1, '', " V,
		"SELECT " ID ", 'a' || char(0), 1, 'n', " V ", 1, 1, 1, 1, '', " V,
		"SELECT " ID ", printf('%256s', 'u'), 1, 'n', " V ", 1, 1, 1, 1, '', " V,
		"SELECT " ID ", 'u', -1, 'n', " V ", 1, 1, 1, 1, '', " V,
		"SELECT " ID ", 'u', 4294967296, 'n', " V ", 1, 1, 1, 1, '', " V,
		"SELECT " ID ", 'u', '1', 'n', " V ", 1, 1, 1, 1, '', " V,
		"SELECT " ID ", 'u', 1.0, 'n', " V ", 1, 1, 1, 1, '', " V,
		"SELECT " ID ", 'u', NULL, 'n', " V ", 1, 1, 1, 1, '', " V,
		"SELECT " ID ", 'u', 1, NULL, " V ", 1, 1, 1, 1, '', " V,
		"SELECT " ID ", 'u', 1, '', " V ", 1, 1, 1, 1, '', " V,
		"SELECT " ID ", 'u', 1, char(27), " V ", 1, 1, 1, 1, '', " V,
		"SELECT " ID ", 'u', 1, printf('%256s', 'n'), " V ", 1, 1, 1, 1, '', " V,
		"SELECT " ID ", 'u', 1, printf('%9999s', 'n'), " V ", 1, 1, 1, 1, '', " V,
		"SELECT " ID ", 'u', 1, cast(x'C3' AS TEXT), " V ", 1, 1, 1, 1, '', " V,
		"SELECT " ID ", 'u', 1, 'n', NULL, 1, 1, 1, 1, '', " V,
		"SELECT " ID ", 'u', 1, 'n', zeroblob(31), 1, 1, 1, 1, '', " V,
		"SELECT " ID ", 'u', 1, 'n', zeroblob(33), 1, 1, 1, 1, '', " V,
		"SELECT " ID ", 'u', 1, 'n', " V ", -1, 1, 1, 1, '', " V,
		"SELECT " ID ", 'u', 1, 'n', " V ", 1, -1, 1, 1, '', " V,
		"SELECT " ID ", 'u', 1, 'n', " V ", 1, 1, -1, 1, '', " V,
		"SELECT " ID ", 'u', 1, 'n', " V ", 1, 1, 1, -1, '', " V,
		"SELECT " ID ", 'u', 1, 'n', " V ", 1, 'x', 1, 1, '', " V,
		"SELECT " ID ", 'u', 1, 'n', " V ", 1, 1, NULL, 1, '', " V,
		"SELECT " ID ", 'u', 1, 'n', " V ", 1, 1, 1, 1, NULL, " V,
		"SELECT " ID ", 'u', 1, 'n', " V ", 1, 1, 1, 1, char(27), " V,
		"SELECT " ID ", 'u', 1, 'n', " V ", 1, 1, 1, 1, cast(x'C3' AS TEXT), " V,
		"SELECT " ID ", 'u', 1, 'n', " V ", 1, 1, 1, 1, printf('%64s', 's'), " V,
		"SELECT " ID ", 'u', 1, 'n', " V ", 1, 1, 1, 1, '', zeroblob(0)",
		"SELECT " ID ", 'u', 1, 'n', " V ", 1, 1, 1, 1, '', NULL",
	};
	struct token untouched, found;

	(void)state;
	query("SELECT " ID ", 'u', 1, 'n', " V ", 1, 1, 1, 1, '', " V);
	assert_int_equal(row_read(statement, &found), 0);
	memset(&untouched, 0xEE, sizeof(untouched));
	for (size_t i = 0; i < COUNT(rows); i++) {
		query(rows[i]);
		found = untouched;
		assert_that(row_read(statement, &found) == -EBADMSG, "%s", rows[i]);
		assert_memory_equal(&found, &untouched, sizeof(found));
	}
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
		{ SQLITE_BUSY_SNAPSHOT, -EIO },
		{ SQLITE_IOERR_FSYNC, -EIO },
		{ SQLITE_MISUSE, -EIO },
		{ SQLITE_INTERRUPT, -EIO },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(table); i++)
		assert_that(schema_errno(table[i].code) == table[i].error, "%d", table[i].code);
}

#define TEST(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(what_is_bound_is_read),
		TEST(a_row_that_no_patd_wrote_is_damaged),
		TEST(text_fits_with_its_nul_or_not_at_all),
		TEST(result_codes_have_their_errno),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
