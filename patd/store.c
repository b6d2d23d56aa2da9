#include "patd/store.h"

#include <errno.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "patd/database.h"
#include "patd/list.h"
#include "patd/log.h"
#include "patd/reserve.h"
#include "patd/row.h"
#include "patd/schema.h"

#define DATABASE_FILE "patd.db"

enum statement {
	BEGIN,
	BEGIN_USAGE,
	COMMIT,
	ROLLBACK,
	HAS_TOKENS,
	GET_META,
	SET_META,
	INSERT,
	GET,
	SET_REVOKED,
	DELETE,
	TOUCH,
	STATEMENTS
};

static const char *const statements[STATEMENTS] = {
	[BEGIN] = "BEGIN IMMEDIATE",
	[BEGIN_USAGE] = "BEGIN", /* locks what its statements need, when they do */
	[COMMIT] = "COMMIT",
	[ROLLBACK] = "ROLLBACK",
	[HAS_TOKENS] = "SELECT EXISTS (SELECT 1 FROM token)",
	[GET_META] = "SELECT value FROM meta WHERE key = ?1",
	[SET_META] = "INSERT OR REPLACE INTO meta (key, value) VALUES (?1, ?2)",
	[INSERT] = "INSERT INTO token (" ROW_COLUMNS ") VALUES (" ROW_PARAMETERS ")",
	[GET] = "SELECT " ROW_COLUMNS " FROM token WHERE id = ?1",
	[SET_REVOKED] = "UPDATE token SET revoked_at = ?2, mac = ?3 WHERE id = ?1",
	[DELETE] = "DELETE FROM token WHERE id = ?1",
	[TOUCH] = "UPDATE token SET last_used_at = ?2, last_used_service = ?3 WHERE id = ?1",
};

struct store {
	int state_fd; /* the directory, locked */
	char *path;
	sqlite3 *db;
	sqlite3_stmt *prepared[STATEMENTS];
	bool usage_open, usage_written;
	bool unsynced;
};

static int log_failure(struct store *store, int r)
{
	log_error("the database failed: %s", sqlite3_errmsg(store->db));
	return schema_errno(r);
}

/* Runs a statement that gives no row, and makes it ready for its next use. */
static int run(struct store *store, enum statement which)
{
	sqlite3_stmt *statement = store->prepared[which];
	int r = sqlite3_step(statement);

	if (r == SQLITE_ROW)
		r = SQLITE_DONE;
	if (r != SQLITE_DONE && schema_errno(r) != -EEXIST)
		log_failure(store, r);
	sqlite3_reset(statement);
	sqlite3_clear_bindings(statement);
	return schema_errno(r);
}

static int prepare_statements(struct store *store)
{
	for (int s = 0; s < STATEMENTS; s++) {
		int r = sqlite3_prepare_v3(store->db, statements[s], -1, SQLITE_PREPARE_PERSISTENT,
			&store->prepared[s], NULL);

		if (r != SQLITE_OK) {
			log_error("the database %s is damaged (%s): restore it from a backup",
				store->path, sqlite3_errmsg(store->db));
			return schema_errno(r);
		}
	}
	return 0;
}

int store_open(const char *state_dir, struct store **ret_store)
{
	struct store *store = calloc(1, sizeof(*store));
	int r;

	if (!store)
		return -ENOMEM;
	store->state_fd = -1;
	r = asprintf(&store->path, "%s/" DATABASE_FILE, state_dir) < 0 ? -ENOMEM : 0;
	if (r == 0)
		r = database_lock(state_dir, &store->state_fd);
	if (r == 0)
		r = database_open(store->state_fd, store->path, &store->db);
	if (r == 0)
		r = prepare_statements(store);
	if (r < 0) {
		store_free(store);
		return r;
	}
	reserve_make(store->state_fd);
	*ret_store = store;
	return 0;
}

void store_free(struct store *store)
{
	if (!store)
		return;
	if (store->usage_open)
		store_commit_usage(store);
	for (int s = 0; s < STATEMENTS; s++)
		sqlite3_finalize(store->prepared[s]);
	/* The last connection's close syncs the WAL and folds it in. */
	sqlite3_close(store->db);
	if (store->state_fd >= 0)
		close(store->state_fd);
	free(store->path);
	free(store);
}

int store_has_tokens(struct store *store, bool *ret_has)
{
	sqlite3_stmt *statement = store->prepared[HAS_TOKENS];
	int r = sqlite3_step(statement);

	if (r == SQLITE_ROW)
		*ret_has = sqlite3_column_int(statement, 0) != 0;
	else
		log_failure(store, r);
	sqlite3_reset(statement);
	return r == SQLITE_ROW ? 0 : -EIO;
}

int store_get_key_check(struct store *store, void *ret_value, size_t size)
{
	sqlite3_stmt *statement = store->prepared[GET_META];
	int r;

	row_bind_text(statement, 1, "key_check");
	r = sqlite3_step(statement);
	if (r == SQLITE_ROW)
		r = row_blob(statement, 0, ret_value, size) ? 0 : -EBADMSG;
	else
		r = r == SQLITE_DONE ? -ENOENT : log_failure(store, r);
	sqlite3_reset(statement);
	return r;
}

static int set_time(struct store *store, uint64_t time)
{
	row_bind_text(store->prepared[SET_META], 1, "time");
	row_bind_number(store->prepared[SET_META], 2, time);
	return run(store, SET_META);
}

int store_get_time(struct store *store, uint64_t *ret_time)
{
	sqlite3_stmt *statement = store->prepared[GET_META];
	int r;

	row_bind_text(statement, 1, "time");
	r = sqlite3_step(statement);
	if (r == SQLITE_ROW)
		r = row_number(statement, 0, INT64_MAX, ret_time) ? 0 : -EBADMSG;
	else if (r == SQLITE_DONE)
		*ret_time = 0, r = 0;
	else
		r = log_failure(store, r);
	sqlite3_reset(statement);
	return r;
}

int store_begin_usage(struct store *store)
{
	int r;

	if (store->usage_open)
		return 0;
	r = run(store, BEGIN_USAGE);
	if (r == 0)
		store->usage_open = true;
	return r;
}

int store_touch_time(struct store *store, uint64_t time)
{
	int r = store_begin_usage(store);

	if (r == 0)
		r = set_time(store, time);
	store->usage_written = true;
	return r;
}

int store_touch(struct store *store, const char *id, uint64_t time, const char *service)
{
	int r = store_begin_usage(store);

	if (r < 0)
		return r;
	store->usage_written = true;
	row_bind_text(store->prepared[TOUCH], 1, id);
	row_bind_number(store->prepared[TOUCH], 2, time);
	row_bind_text(store->prepared[TOUCH], 3, service);
	return run(store, TOUCH);
}

int store_commit_usage(struct store *store)
{
	int r;

	if (!store->usage_open)
		return 0;
	r = run(store, COMMIT);
	/* A failed statement may have rolled back by itself; then there is nothing left to do. */
	if (r < 0 && !sqlite3_get_autocommit(store->db))
		run(store, ROLLBACK);
	store->unsynced = store->unsynced || (r == 0 && store->usage_written);
	store->usage_open = false;
	store->usage_written = false;
	return r;
}

bool store_has_unsynced(const struct store *store)
{
	return store->unsynced;
}

void store_take_unsynced(struct store *store)
{
	store->unsynced = false;
}

const char *store_path(const struct store *store)
{
	return store->path;
}

/* One change of life: bound statement `which`, on disk when this returns 0. */
static int change_once(struct store *store, enum statement which, uint64_t time, bool *ret_changed)
{
	int r;

	r = run(store, BEGIN);
	if (r == 0)
		r = run(store, which);
	if (r == 0) {
		*ret_changed = sqlite3_changes(store->db) > 0;
		r = set_time(store, time);
	}
	if (r == 0)
		r = run(store, COMMIT);
	if (r < 0 && !sqlite3_get_autocommit(store->db))
		run(store, ROLLBACK);
	return r;
}

/* Not a prepared statement: this pragma acts when it is compiled. */
static int set_sync(struct store *store, const char *pragma)
{
	int r = sqlite3_exec(store->db, pragma, NULL, NULL, NULL);

	return r == SQLITE_OK ? 0 : log_failure(store, r);
}

typedef void (*bind_fn)(sqlite3_stmt *statement, const void *subject);

/*
 * Usage goes first, so that a failure here cannot take it along; should its commit fail, that
 * has been logged, and is no reason to refuse a revoke.
 */
static int change(
	struct store *store, enum statement which, bind_fn bind, const void *subject, uint64_t time)
{
	bool changed = false;
	int r;

	(void)store_commit_usage(store);
	r = set_sync(store, "PRAGMA synchronous = FULL");
	if (r < 0)
		return r;
	bind(store->prepared[which], subject);
	r = change_once(store, which, time, &changed);
	/* On a full disk room is kept for what takes access away. */
	if (r == -ENOSPC && which != INSERT && reserve_spend(store->state_fd)) {
		bind(store->prepared[which], subject);
		r = change_once(store, which, time, &changed);
	}
	/* A failure here costs time only: usage is synced too, until the next change. */
	(void)set_sync(store, "PRAGMA synchronous = NORMAL");
	if (r == 0) {
		store->unsynced = true;
		reserve_make(store->state_fd);
	}
	return r < 0 ? r : changed ? 0 : -ENOENT;
}

static void bind_token(sqlite3_stmt *statement, const void *subject)
{
	row_bind(statement, subject);
}

static void bind_key_check(sqlite3_stmt *statement, const void *subject)
{
	row_bind_text(statement, 1, "key_check");
	row_bind_blob(statement, 2, subject, TOKEN_MAC_LEN);
}

int store_set_key_check(struct store *store, const void *value, size_t size)
{
	uint64_t time = 0;
	int r;

	if (size != TOKEN_MAC_LEN)
		return -EINVAL;
	r = store_get_time(store, &time);
	return r < 0 ? r : change(store, SET_META, bind_key_check, value, time);
}

int store_insert(struct store *store, const struct token *token)
{
	return change(store, INSERT, bind_token, token, token->created_at);
}

int store_get(struct store *store, const char *id, struct token *ret_token)
{
	sqlite3_stmt *statement = store->prepared[GET];
	int r;

	row_bind_text(statement, 1, id);
	r = sqlite3_step(statement);
	if (r == SQLITE_ROW) {
		r = row_read(statement, ret_token);
		if (r < 0)
			log_error("the row of token %s is damaged", id);
	} else {
		r = r == SQLITE_DONE ? -ENOENT : log_failure(store, r);
	}
	sqlite3_reset(statement);
	return r;
}

static void bind_revoked(sqlite3_stmt *statement, const void *subject)
{
	const struct token *token = subject;

	row_bind_text(statement, 1, token->id.text);
	row_bind_number(statement, 2, token->revoked_at);
	row_bind_blob(statement, 3, token->mac, sizeof(token->mac));
}

int store_set_revoked(struct store *store, const struct token *token, uint64_t time)
{
	return change(store, SET_REVOKED, bind_revoked, token, time);
}

static void bind_id(sqlite3_stmt *statement, const void *subject)
{
	row_bind_text(statement, 1, subject);
}

int store_delete(struct store *store, const char *id, uint64_t time)
{
	return change(store, DELETE, bind_id, id, time);
}

int store_list(
	struct store *store, const struct list_filter *filter, list_row_fn fn, void *userdata)
{
	return list_rows(store->db, filter, fn, userdata);
}

int store_list_ends(struct store *store, uint64_t after_at, const char *after_id, list_row_fn fn,
	void *userdata)
{
	return list_ends(store->db, after_at, after_id, fn, userdata);
}
