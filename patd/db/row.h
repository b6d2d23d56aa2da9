/* A token as a row of SQLite: its columns, in one order, written and read in one place. */
#ifndef PATD_DB_ROW_H
#define PATD_DB_ROW_H

#include <sqlite3.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "patd/model/token.h"

/* The columns of token_fields, in their order. */
#define ROW_COLUMNS                                                                                \
	"id, user, uid, name, verifier, created_at, created_by, expires_at, services, sources, "   \
	"hours, not_before, max_uses, revoked_at, revoked_until, revoked_reason, restored_at, "    \
	"rotations, rotated_at, former_verifier, former_until, uses, last_used_at, "               \
	"last_used_service, last_used_from, mac"

#define ROW_PARAMETERS                                                                             \
	"?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, "   \
	"?20, ?21, ?22, ?23, ?24, ?25, ?26"

/*
 * Binds all columns, as the parameters ROW_PARAMETERS.  token must stay as it is until the
 * statement has run.
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
