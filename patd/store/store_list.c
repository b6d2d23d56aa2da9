/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Lists of tokens. */
#include <string.h>

#include "patd/db/row.h"
#include "patd/store/store_private.h"
#include "patd/util/log.h"

/* What a filter can ask; the parameters' numbers are fixed, the parts are not. */
#define LIST "SELECT {columns} FROM token WHERE true"
#define BY_USER " AND user = ?1"
#define BY_UID " AND uid = ?2"
#define BY_NAME " AND name = ?3"
/* The cursor's place, in as many columns as are not fixed: else SQLite would walk up to it. */
#define AFTER " AND (user, uid, name, issuer) > (?4, ?5, ?6, ?9)"
#define AFTER_OF_USER " AND (uid, name, issuer) > (?5, ?6, ?9)"
#define AFTER_OF_UID " AND (name, issuer) > (?6, ?9)"
#define ORDER " ORDER BY user, uid, name, issuer"
#define FROM_ID " AND id >= ?7"
#define AFTER_ID " AND id > ?8"
#define TO_ID " AND id < ?7 || '~'" /* '~' is after every base62 digit */
#define ORDER_BY_ID " ORDER BY id"

#define SQL_MAX sizeof(LIST BY_USER BY_UID BY_NAME AFTER FROM_ID TO_ID ORDER)

/* A statement for each combination would be kept for few calls: they are compiled. */
static int compile(
	struct store *store, const struct list_filter *filter, sqlite3_stmt **ret_statement)
{
	const struct {
		bool wanted;
		const char *sql;
	} parts[] = {
		{ true, LIST },
		{ filter->user != NULL, BY_USER },
		{ filter->by_uid, BY_UID },
		{ filter->name != NULL, BY_NAME },
		{ filter->after_user && !filter->user, AFTER },
		{ filter->after_user && filter->user && !filter->by_uid, AFTER_OF_USER },
		{ filter->after_user && filter->by_uid, AFTER_OF_UID },
		{ filter->id_prefix && !filter->after_id, FROM_ID },
		{ filter->id_prefix && filter->after_id, AFTER_ID },
		{ filter->id_prefix != NULL, TO_ID },
		{ filter->id_prefix == NULL, ORDER },
		{ filter->id_prefix != NULL, ORDER_BY_ID },
	};
	char sql[SQL_MAX] = "";
	char *end = sql;

	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
		if (parts[i].wanted)
			end = stpcpy(end, parts[i].sql);
	return statement_compile(store->statements, sql, ret_statement);
}

static void bind(sqlite3_stmt *statement, const struct list_filter *filter)
{
	/* SQLite refuses a parameter that the statement has not got; it is not needed then. */
	row_bind_text(statement, 1, filter->user);
	row_bind_number(statement, 2, filter->uid);
	row_bind_text(statement, 3, filter->name);
	row_bind_text(statement, 4, filter->after_user);
	row_bind_number(statement, 5, filter->after_uid);
	row_bind_text(statement, 6, filter->after_name);
	row_bind_text(statement, 7, filter->id_prefix);
	row_bind_text(statement, 8, filter->after_id);
	row_bind_text(statement, 9, filter->after_issuer);
}

uint64_t store_damaged(const struct store *store)
{
	return store->damaged;
}

/* Its id, where that much can be read, tells which row to delete. */
static void skip(struct store *store, sqlite3_stmt *statement)
{
	char id[PAT_ID_LEN + 1];

	store->damaged++;
	log_error("skipped the damaged row of token %s",
		row_text(statement, 0, id, sizeof(id)) && pat_id_valid(id) ? id : "(unknown)");
}

/* Runs the statement, and ends it. */
static int each_row(struct store *store, sqlite3_stmt *statement, list_row_fn fn, void *userdata)
{
	struct token token;
	int step = SQLITE_DONE, r = 0;

	while (r == 0 && (step = sqlite3_step(statement)) == SQLITE_ROW) {
		/* One damaged row hides no other. */
		if (row_read(statement, &token_table, &token) < 0)
			skip(store, statement);
		else
			r = fn(&token, userdata);
	}
	if (r == 0 && step != SQLITE_DONE)
		r = statement_failure(store->statements, step);
	statement_release(store->statements, statement);
	return r;
}

static int list(
	struct store *store, const struct list_filter *filter, list_row_fn fn, void *userdata)
{
	sqlite3_stmt *statement;
	int r = compile(store, filter, &statement);

	if (r < 0)
		return r;
	bind(statement, filter);
	return each_row(store, statement, fn, userdata);
}

/* Who has a uid also has what is bound to the name alone, which comes last in the order. */
int store_list(
	struct store *store, const struct list_filter *filter, list_row_fn fn, void *userdata)
{
	struct list_filter of_name = *filter;
	const bool first = !filter->after_user || filter->after_uid != TOKEN_UID_ANY;
	int r = 0;

	if (!filter->by_uid || filter->uid == TOKEN_UID_ANY)
		return list(store, filter, fn, userdata);
	if (first) {
		r = list(store, filter, fn, userdata);
		of_name.after_user = NULL;
	}
	of_name.uid = TOKEN_UID_ANY;
	return r != 0 ? r : list(store, &of_name, fn, userdata);
}

/* SQLite looks at all rows: there is no index of what each use of any token changes. */
#define LIST_LATER                                                                                 \
	"SELECT {columns} FROM token WHERE "                                                       \
	"max(created_at, revoked_at, restored_at, rotated_at, last_used_at) > ?1"

int store_list_later(struct store *store, uint64_t time, list_row_fn fn, void *userdata)
{
	sqlite3_stmt *statement;
	int r = statement_compile(store->statements, LIST_LATER, &statement);

	if (r < 0)
		return r;
	row_bind_number(statement, 1, time);
	return each_row(store, statement, fn, userdata);
}

uint64_t store_latest_time(const struct token *token)
{
	const uint64_t times[] = { token->created_at, token->revoked_at, token->restored_at,
		token->rotated_at, token->last_used_at };
	uint64_t latest = 0;

	/* All but its use is by the clock of its issuer, which may be wrong. */
	if (token->issuer[0] != '\0')
		return token->last_used_at;
	for (size_t i = 0; i < sizeof(times) / sizeof(times[0]); i++)
		if (times[i] > latest)
			latest = times[i];
	return latest;
}

/* Each has an index, whose WHERE must stand in the query. */
#define DEADLINE_SQL(column)                                                                       \
	"SELECT {columns} FROM token WHERE " column " > 0 AND " column " >= ?1 AND (" column       \
	", id) > (?1, ?2) ORDER BY " column ", id"

static const struct {
	size_t offset;
	const char *sql;
} deadlines[DEADLINES] = {
	[DEADLINE_END] = { offsetof(struct token, expires_at), DEADLINE_SQL("expires_at") },
	[DEADLINE_RESTORE] = { offsetof(struct token, revoked_until),
		DEADLINE_SQL("revoked_until") },
	[DEADLINE_START] = { offsetof(struct token, limits.not_before),
		DEADLINE_SQL("not_before") },
	[DEADLINE_CREATION] = { offsetof(struct token, created_at), DEADLINE_SQL("created_at") },
};

uint64_t deadline_of(enum deadline deadline, const struct token *token)
{
	const void *member = (const char *)token + deadlines[deadline].offset;

	return *(const uint64_t *)member;
}

int store_list_deadlines(struct store *store, enum deadline deadline,
	const struct deadline_place *after, list_row_fn fn, void *userdata)
{
	sqlite3_stmt *statement;
	int r = statement_compile(store->statements, deadlines[deadline].sql, &statement);

	if (r < 0)
		return r;
	row_bind_number(statement, 1, after->at);
	row_bind_text(statement, 2, after->id.text);
	return each_row(store, statement, fn, userdata);
}

#define LIST_HELD "SELECT {columns} FROM token INDEXED BY token_by_hold WHERE held = 1"

int store_list_held(struct store *store, list_row_fn fn, void *userdata)
{
	sqlite3_stmt *statement;
	int r = statement_compile(store->statements, LIST_HELD, &statement);

	return r < 0 ? r : each_row(store, statement, fn, userdata);
}

/* The index alone says which: most rows may be of one's own. */
#define LIST_USED                                                                                  \
	"SELECT {columns} FROM token WHERE id IN ("                                                \
	"SELECT id FROM token INDEXED BY token_by_fleet_use "                                      \
	"WHERE issuer <> '' AND last_used_at > 0 AND issuer <> ?1 "                                \
	"ORDER BY last_used_at DESC LIMIT ?2) ORDER BY last_used_at DESC"

int store_list_used(
	struct store *store, const char *own, uint32_t max, list_row_fn fn, void *userdata)
{
	sqlite3_stmt *statement;
	int r = statement_compile(store->statements, LIST_USED, &statement);

	if (r < 0)
		return r;
	row_bind_text(statement, 1, own);
	row_bind_number(statement, 2, max);
	return each_row(store, statement, fn, userdata);
}
