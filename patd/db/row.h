/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A record as a row of SQLite: its columns, and how they are written and read. */
#pragma once

#include <sqlite3.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/field.h"

/*
 * Compiles sql, in which {columns} stands for the columns of the table, and {parameters} for as
 * many parameters: ?1 and so on.  0 or a code of SQLite's, or SQLITE_NOMEM.
 */
int row_prepare(sqlite3 *db, const char *sql, const struct table *table, unsigned int flags,
	sqlite3_stmt **ret_statement);

/* Binds all members, as {parameters}.  record must stay as it is until the statement has run. */
void row_bind(sqlite3_stmt *statement, const struct table *table, const void *record);

/*
 * Reads the present row of a statement that selects {columns}.  -EBADMSG if patd cannot
 * have written it: then the record is all zeros.
 */
int row_read(sqlite3_stmt *statement, const struct table *table, void *ret_record);

/*
 * One parameter or column.  What is bound must stay until the statement has run.  A failure to
 * bind leaves NULL, which no column of ours takes.  Columns of another type or size read false.
 */
void row_bind_text(sqlite3_stmt *statement, int at, const char *text);
void row_bind_number(sqlite3_stmt *statement, int at, uint64_t number);
void row_bind_blob(sqlite3_stmt *statement, int at, const void *bytes, size_t size);
bool row_text(sqlite3_stmt *statement, int at, char *ret_text, size_t size);
bool row_number(sqlite3_stmt *statement, int at, uint64_t max, uint64_t *ret_number);
bool row_blob(sqlite3_stmt *statement, int at, void *ret_bytes, size_t size);
