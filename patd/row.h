/* A token as a row of SQLite: its columns, in one order, written and read in one place. */
#ifndef PATD_ROW_H
#define PATD_ROW_H

#include <sqlite3.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "patd/token.h"

#define ROW_COLUMNS                                                                                \
	"id, user, uid, name, verifier, created_at, expires_at, revoked_at, last_used_at, "        \
	"last_used_service, mac"

#define ROW_PARAMETERS "?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11"

/*
 * Binds all columns, as parameters 1 to 11.  token must stay as it is until the statement has
 * run.
 */
void row_bind(sqlite3_stmt *statement, const struct token *token);

/* Reads the present row of a statement that selects ROW_COLUMNS.  -EBADMSG if it is damaged. */
int row_read(sqlite3_stmt *statement, struct token *ret_token);

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

#endif
