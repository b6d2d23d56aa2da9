/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What sqlite_schema has, row by row: all but the page where an object begins. */
#include "patd/db/schema_objects.h"

#include <stddef.h>
#include <stdint.h>

#include "common/name.h"
#include "patd/util/log.h"

enum column {
	TYPE,
	NAME,
	TABLE_NAME,
	SQL,
	COLUMNS
};

static const char each[] = "SELECT type, name, tbl_name, sql FROM sqlite_schema";
static const char same[] = "SELECT count(*) FROM sqlite_schema WHERE type IS ?1 AND name IS ?2"
			   " AND tbl_name IS ?3 AND sql IS ?4";

static int prepare(sqlite3 *db, const char *sql, sqlite3_stmt **ret_statement)
{
	return sqlite3_prepare_v2(db, sql, -1, ret_statement, NULL);
}

/* How often the present row of `row` is among those of the other database. */
static int count_same(sqlite3_stmt *row, sqlite3_stmt *other, int64_t *ret_count)
{
	int r = SQLITE_OK;

	for (int i = 0; r == SQLITE_OK && i < COLUMNS; i++)
		r = sqlite3_bind_value(other, i + 1, sqlite3_column_value(row, i));
	if (r == SQLITE_OK)
		r = sqlite3_step(other);
	if (r == SQLITE_ROW)
		*ret_count = sqlite3_column_int64(other, 0);
	sqlite3_reset(other);
	return r == SQLITE_ROW ? SQLITE_OK : r;
}

/* Somebody else may have chosen it. */
static const char *printable(sqlite3_stmt *row, enum column column)
{
	const char *text = (const char *)sqlite3_column_text(row, (int)column);

	return text && !pat_name_problem(text) ? text : "?";
}

/* SQLITE_DONE, or SQLITE_ROW on the first row that the other database has not got just once. */
static int find_difference(sqlite3_stmt *rows, sqlite3_stmt *other)
{
	int64_t count = 1;
	int r;

	while ((r = sqlite3_step(rows)) == SQLITE_ROW) {
		int error = count_same(rows, other, &count);

		if (error != SQLITE_OK)
			return error;
		if (count != 1)
			break;
	}
	return r;
}

/* A code of SQLite's, as find_difference(); message: about a difference. */
static int compare(sqlite3 *db, sqlite3 *other, void (*tell)(const char *path, sqlite3_stmt *row),
	const char *path)
{
	sqlite3_stmt *rows = NULL, *look = NULL;
	int r = prepare(db, each, &rows);

	if (r == SQLITE_OK)
		r = prepare(other, same, &look);
	if (r == SQLITE_OK)
		r = find_difference(rows, look);
	if (r == SQLITE_ROW)
		tell(path, rows);
	sqlite3_finalize(rows);
	sqlite3_finalize(look);
	return r;
}

static void tell_foreign(const char *path, sqlite3_stmt *row)
{
	log_error("the database %s has a %s \"%s\" that patd did not make so: somebody altered it. "
		  "Restore a backup from before, or, if you added that yourself, remove it with "
		  "sqlite3(1)",
		path, printable(row, TYPE), printable(row, NAME));
}

static void tell_missing(const char *path, sqlite3_stmt *row)
{
	log_error("the database %s lacks the %s \"%s\", or has it twice: restore it from a backup",
		path, printable(row, TYPE), printable(row, NAME));
}

int schema_objects_compare(sqlite3 *db, sqlite3 *ours, const char *path)
{
	int r = compare(db, ours, tell_foreign, path);

	if (r == SQLITE_DONE)
		r = compare(ours, db, tell_missing, path);
	return r == SQLITE_DONE ? SQLITE_OK : r == SQLITE_ROW ? SQLITE_MISMATCH : r;
}
