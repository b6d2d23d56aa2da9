/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Tokens and the verifiers of their former secrets: one at a time. */
#include "patd/store/store_private.h"

#include <errno.h>
#include <sodium.h>
#include <stdlib.h>

#include "patd/db/row.h"
#include "patd/db/transaction.h"
#include "patd/util/log.h"

enum statement {
	COUNT,
	INSERT,
	GET,
	IS_LISTED,
	UPDATE,
	USE,
	DELETE,
	ADD_FORMER,
	DROP_FORMER,
	FORGET_FORMER,
	GET_FORMER,
	STATEMENTS
};

static const char *const statements[STATEMENTS] = {
	[COUNT] =
		"SELECT count(*) FROM (SELECT 1 FROM token WHERE user = ?1 AND uid = ?2 LIMIT ?3)",
	[INSERT] = "INSERT INTO token ({columns}) VALUES ({parameters})",
	[GET] = "SELECT {columns} FROM token WHERE id = ?1",
	[IS_LISTED] = "SELECT 1 FROM token INDEXED BY token_by_owner WHERE user = ?1 AND uid = ?2"
		      " AND name = ?3 AND id = ?4",
	[UPDATE] = "UPDATE token SET ({columns}) = ({parameters}) WHERE id = ?1",
	/* What a use changes has no index. */
	[USE] = ("UPDATE token SET former_until = ?2, uses = ?3, last_used_at = ?4,"
		 " last_used_service = ?5, last_used_from = ?6, mac = ?7 WHERE id = ?1"),
	[DELETE] = "DELETE FROM token WHERE id = ?1",
	[ADD_FORMER] = "INSERT OR REPLACE INTO former (id, rotation, verifier) VALUES (?1, ?2, ?3)",
	[DROP_FORMER] = "DELETE FROM former WHERE id = ?1 AND rotation <= ?2",
	[FORGET_FORMER] = "DELETE FROM former WHERE id = ?1",
	[GET_FORMER] = "SELECT verifier FROM former WHERE id = ?1",
};

int store_new(struct database *database, struct store **ret_store)
{
	struct store *store = calloc(1, sizeof(*store));
	int r;

	if (!store)
		return -ENOMEM;
	store->database = database;
	r = statements_new(database, statements, STATEMENTS, &token_table, &store->statements);
	if (r == 0)
		r = store_open_disabled(store);
	if (r == 0)
		r = store_open_sessions(store);
	if (r == 0)
		r = store_open_fleet(store);
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
	statements_free(store->disabled);
	statements_free(store->sessions);
	statements_free(store->marks);
	statements_free(store->ledgers);
	free(store);
}

static sqlite3_stmt *get(const struct store *store, enum statement which)
{
	return statement_get(store->statements, which);
}

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

int store_is_listed(struct store *store, const struct token *token, bool *ret_listed)
{
	sqlite3_stmt *statement = get(store, IS_LISTED);

	row_bind_text(statement, 1, token->user);
	row_bind_number(statement, 2, token->uid);
	row_bind_text(statement, 3, token->name);
	row_bind_text(statement, 4, token->id.text);
	return statement_has_row(store->statements, IS_LISTED, ret_listed);
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
