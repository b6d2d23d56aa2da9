/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Tokens, the verifiers of their former secrets, and who is disabled, in the database. */
#include "patd/store/store.h"

#include <errno.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "patd/db/row.h"
#include "patd/db/statements.h"
#include "patd/db/transaction.h"
#include "patd/util/log.h"

enum statement {
	COUNT,
	INSERT,
	GET,
	UPDATE,
	USE,
	DELETE,
	ADD_FORMER,
	DROP_FORMER,
	FORGET_FORMER,
	GET_FORMER,
	ANY_DISABLED,
	IS_DISABLED,
	DISABLE,
	ENABLE,
	LIST_DISABLED,
	STATEMENTS
};

struct store {
	struct database *database;
	struct statements *statements;
	bool looked, none_disabled; /* whether it is known that nobody is disabled */
};

static const char *const statements[STATEMENTS] = {
	[COUNT] =
		"SELECT count(*) FROM (SELECT 1 FROM token WHERE user = ?1 AND uid = ?2 LIMIT ?3)",
	[INSERT] = "INSERT INTO token ({columns}) VALUES ({parameters})",
	[GET] = "SELECT {columns} FROM token WHERE id = ?1",
	[UPDATE] = "UPDATE token SET ({columns}) = ({parameters}) WHERE id = ?1",
	/* What a use changes has no index. */
	[USE] = ("UPDATE token SET former_until = ?2, uses = ?3, last_used_at = ?4,"
		 " last_used_service = ?5, last_used_from = ?6, mac = ?7 WHERE id = ?1"),
	[DELETE] = "DELETE FROM token WHERE id = ?1",
	[ADD_FORMER] = "INSERT OR REPLACE INTO former (id, rotation, verifier) VALUES (?1, ?2, ?3)",
	[DROP_FORMER] = "DELETE FROM former WHERE id = ?1 AND rotation <= ?2",
	[FORGET_FORMER] = "DELETE FROM former WHERE id = ?1",
	[GET_FORMER] = "SELECT verifier FROM former WHERE id = ?1",
	[ANY_DISABLED] = "SELECT 1 FROM disabled LIMIT 1",
	[IS_DISABLED] = "SELECT 1 FROM disabled WHERE user IN ('', ?1)",
	[DISABLE] = "INSERT INTO disabled (user, at, by_uid, reason) VALUES (?1, ?2, ?3, ?4)",
	[ENABLE] = "DELETE FROM disabled WHERE user = ?1",
	[LIST_DISABLED] = "SELECT user, at, by_uid, reason FROM disabled ORDER BY user",
};

int store_new(struct database *database, struct store **ret_store)
{
	struct store *store = calloc(1, sizeof(*store));
	int r;

	if (!store)
		return -ENOMEM;
	store->database = database;
	r = statements_new(database, statements, STATEMENTS, &token_table, &store->statements);
	if (r < 0) {
		store_free(store);
		return r;
	}
	*ret_store = store;
	return 0;
}

void store_free(struct store *store)
{
	if (!store)
		return;
	statements_free(store->statements);
	free(store);
}

static sqlite3_stmt *get(const struct store *store, enum statement which)
{
	return statement_get(store->statements, which);
}

/* --- tokens --- */

int store_count(
	struct store *store, const char *user, uint32_t uid, uint64_t max, uint64_t *ret_count)
{
	sqlite3_stmt *statement = get(store, COUNT);
	int r;

	row_bind_text(statement, 1, user);
	row_bind_number(statement, 2, uid);
	row_bind_number(statement, 3, max);
	r = statement_step(store->statements, COUNT);
	if (r >= 0)
		r = r > 0 && row_number(statement, 0, INT64_MAX, ret_count) ? 0 : -EBADMSG;
	sqlite3_reset(statement);
	return r;
}

int store_insert(struct store *store, const struct token *token)
{
	row_bind(get(store, INSERT), &token_table, token);
	return statement_run(store->statements, INSERT);
}

uint64_t store_version(const struct store *store)
{
	sqlite3 *handle = store->database->handle;

	return sqlite3_get_autocommit(handle) ? 1 + (uint64_t)sqlite3_total_changes64(handle) : 0;
}

int store_get(struct store *store, const char *id, struct token *ret_token)
{
	sqlite3_stmt *statement = get(store, GET);
	int r;

	row_bind_text(statement, 1, id);
	r = statement_step(store->statements, GET);
	if (r > 0) {
		r = row_read(statement, &token_table, ret_token);
		if (r < 0)
			log_error("the row of token %s is damaged", id);
	} else if (r == 0) {
		r = -ENOENT;
	}
	sqlite3_reset(statement);
	return r;
}

int store_update(struct store *store, const struct token *token)
{
	row_bind(get(store, UPDATE), &token_table, token);
	return statement_run_one(store->statements, UPDATE);
}

int store_rotate(struct store *store, const struct token *token)
{
	sqlite3_stmt *add = get(store, ADD_FORMER);
	sqlite3_stmt *drop = get(store, DROP_FORMER);
	uint64_t number = token->rotations;
	int r;

	row_bind_text(add, 1, token->id.text);
	row_bind_number(add, 2, number);
	row_bind_blob(add, 3, token->former_verifier, TOKEN_VERIFIER_LEN);
	r = statement_run(store->statements, ADD_FORMER);
	if (r < 0)
		return r;
	if (number > STORE_FORMER_MAX) {
		row_bind_text(drop, 1, token->id.text);
		row_bind_number(drop, 2, number - STORE_FORMER_MAX);
		r = statement_run(store->statements, DROP_FORMER);
		if (r < 0)
			return r;
	}
	return store_update(store, token);
}

static void bind_use(struct store *store, const struct token *token)
{
	sqlite3_stmt *statement = get(store, USE);

	row_bind_text(statement, 1, token->id.text);
	row_bind_number(statement, 2, token->former_until);
	row_bind_number(statement, 3, token->uses);
	row_bind_number(statement, 4, token->last_used_at);
	row_bind_text(statement, 5, token->last_used_service);
	row_bind_text(statement, 6, token->last_used_from);
	row_bind_blob(statement, 7, token->mac, sizeof(token->mac));
}

int store_touch(struct store *store, const struct token *token)
{
	int r = usage_write(store->database);

	if (r < 0)
		return r;
	bind_use(store, token);
	return statement_run(store->statements, USE);
}

int store_delete(struct store *store, const char *id)
{
	int r;

	row_bind_text(get(store, FORGET_FORMER), 1, id);
	r = statement_run(store->statements, FORGET_FORMER);
	if (r < 0)
		return r;
	row_bind_text(get(store, DELETE), 1, id);
	return statement_run_one(store->statements, DELETE);
}

int store_was_secret(struct store *store, const char *id,
	const uint8_t verifier[static TOKEN_VERIFIER_LEN], bool *ret_was)
{
	sqlite3_stmt *statement = get(store, GET_FORMER);
	uint8_t former[TOKEN_VERIFIER_LEN];
	bool was = false;
	int r;

	row_bind_text(statement, 1, id);
	while ((r = statement_step(store->statements, GET_FORMER)) > 0)
		if (row_blob(statement, 0, former, sizeof(former)) &&
			sodium_memcmp(former, verifier, sizeof(former)) == 0)
			was = true;
	sqlite3_reset(statement);
	if (r == 0)
		*ret_was = was;
	return r;
}

/* --- lists of tokens --- */

/* What a filter can ask; the parameters' numbers are fixed, the parts are not. */
#define LIST "SELECT {columns} FROM token WHERE true"
#define BY_USER " AND user = ?1"
#define BY_UID " AND uid = ?2"
#define BY_NAME " AND name = ?3"
/* The cursor's place, in as many columns as are not fixed: else SQLite would walk up to it. */
#define AFTER " AND (user, uid, name) > (?4, ?5, ?6)"
#define AFTER_OF_USER " AND (uid, name) > (?5, ?6)"
#define AFTER_OF_UID " AND name > ?6"
#define ORDER " ORDER BY user, uid, name"
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
}

/* Runs the statement, and ends it. */
static int each_row(struct store *store, sqlite3_stmt *statement, list_row_fn fn, void *userdata)
{
	struct token token;
	int step = SQLITE_DONE, r = 0;

	while (r == 0 && (step = sqlite3_step(statement)) == SQLITE_ROW) {
		/* One damaged row hides no other. */
		if (row_read(statement, &token_table, &token) < 0)
			log_error("skipped a damaged row of a list");
		else
			r = fn(&token, userdata);
	}
	if (r == 0 && step != SQLITE_DONE)
		r = statement_failure(store->statements, step);
	statement_release(store->statements, statement);
	return r;
}

int store_list(
	struct store *store, const struct list_filter *filter, list_row_fn fn, void *userdata)
{
	sqlite3_stmt *statement;
	int r = compile(store, filter, &statement);

	if (r < 0)
		return r;
	bind(statement, filter);
	return each_row(store, statement, fn, userdata);
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

/* --- the disabled --- */

int store_is_disabled(struct store *store, const char *user, bool *ret_disabled)
{
	bool any = true;
	int r;

	if (!store->looked) {
		r = statement_has_row(store->statements, ANY_DISABLED, &any);
		if (r < 0)
			return r;
		store->none_disabled = !any;
		store->looked = true;
	}
	/* So it is most of the time, and every login asks. */
	if (store->none_disabled) {
		*ret_disabled = false;
		return 0;
	}
	row_bind_text(get(store, IS_DISABLED), 1, user);
	return statement_has_row(store->statements, IS_DISABLED, ret_disabled);
}

/* In the order of the columns that the statements name. */
static const struct field disabled_fields[] = {
	FIELD(disabled, "user", user, FIELD_ANY_NAME, 0),
	FIELD(disabled, "at", at, FIELD_NUMBER, INT64_MAX),
	FIELD(disabled, "by_uid", by_uid, FIELD_NUMBER32, UINT32_MAX),
	FIELD(disabled, "reason", reason, FIELD_ANY_NAME, 0),
};

static const struct table disabled_table = TABLE(disabled, disabled_fields);

int store_disable(struct store *store, const struct disabled *disabled)
{
	row_bind(get(store, DISABLE), &disabled_table, disabled);
	store->looked = false;
	return statement_run(store->statements, DISABLE);
}

int store_enable(struct store *store, const char *user)
{
	row_bind_text(get(store, ENABLE), 1, user);
	store->looked = false;
	return statement_run_one(store->statements, ENABLE);
}

int store_list_disabled(struct store *store, disabled_fn fn, void *userdata)
{
	sqlite3_stmt *statement = get(store, LIST_DISABLED);
	struct disabled disabled;
	int r;

	while ((r = statement_step(store->statements, LIST_DISABLED)) > 0) {
		if (row_read(statement, &disabled_table, &disabled) < 0)
			continue;
		r = fn(&disabled, userdata);
		if (r != 0)
			break;
	}
	sqlite3_reset(statement);
	return r;
}
