/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A database with a table of tokens, each change of which is a transaction of its own. */
#pragma once

#include "patd/db/transaction.h"
#include "patd/store/store.h"
#include "tests/unit/patd/place.h"

static struct place place;
static struct database *database;
static struct store *store;

static inline struct token a_token(const char *id, const char *user, uint32_t uid, const char *name)
{
	struct token token = { .uid = uid, .created_at = 100, .expires_at = 200 };

	(void)strcpy(token.id.text, id);
	(void)strcpy(token.user, user);
	(void)strcpy(token.name, name);
	memset(token.verifier, 0x11, sizeof(token.verifier));
	memset(token.mac, 0x22, sizeof(token.mac));
	return token;
}

/* What one of the functions below writes, in a transaction of its own. */
struct write {
	int (*fn)(struct store *store, const struct token *token);
	const struct token *token;
};

static inline int run_write(void *userdata)
{
	const struct write *write = userdata;

	return write->fn(store, write->token);
}

static inline int in_transaction(
	int (*fn)(struct store *store, const struct token *token), const struct token *token)
{
	struct write write = { fn, token };

	return transaction_run(database, false, run_write, &write);
}

static inline int insert(const struct token *token)
{
	return in_transaction(store_insert, token);
}

static inline int delete_token(struct store *from, const struct token *token)
{
	return store_delete(from, token->id.text);
}

static inline int delete_id(const char *id)
{
	struct token token = { 0 };

	(void)strcpy(token.id.text, id);
	return in_transaction(delete_token, &token);
}

static inline int open_all(void)
{
	int r = database_open(place.dir, &database);

	return r < 0 ? r : store_new(database, &store);
}

static inline void close_all(void)
{
	store_free(store);
	database_free(database);
	store = NULL;
	database = NULL;
}

static inline void reopen(void)
{
	close_all();
	assert_int_equal(open_all(), 0);
}

/* By another connection, as another process would see it. */
static inline int64_t ask(const char *sql)
{
	return place_ask(&place, sql);
}

static inline void edit(const char *sql)
{
	place_edit(&place, sql);
}

static inline int set_up(void **state)
{
	(void)state;
	place_make(&place);
	return open_all();
}

static inline int tear_down(void **state)
{
	(void)state;
	close_all();
	place_remove(&place);
	return 0;
}

#define TEST(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)
