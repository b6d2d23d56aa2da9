#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "patd/db/database.h"
#include "patd/db/reserve.h"
#include "patd/db/row.h"
#include "patd/db/schema.h"
#include "patd/db/state_dir.h"
#include "patd/store/store_private.h"
#include "patd/util/log.h"

#define SYNC_FULL "PRAGMA synchronous = FULL"
#define SYNC_NORMAL "PRAGMA synchronous = NORMAL"

static const char *const statements[STATEMENTS] = {
	[BEGIN] = "BEGIN IMMEDIATE",
	[BEGIN_USAGE] = "BEGIN", /* locks what its statements need, when they do */
	[COMMIT] = "COMMIT",
	[ROLLBACK] = "ROLLBACK",
	[GET_META] = "SELECT value FROM meta WHERE key = ?1",
	[SET_META] = "INSERT OR REPLACE INTO meta (key, value) VALUES (?1, ?2)",
	[HAS_TOKENS] = "SELECT EXISTS (SELECT 1 FROM token)",
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
	[IS_DISABLED] = "SELECT 1 FROM disabled WHERE user IN ('', ?1)",
	[DISABLE] = "INSERT INTO disabled (user, at, by_uid, reason) VALUES (?1, ?2, ?3, ?4)",
	[ENABLE] = "DELETE FROM disabled WHERE user = ?1",
	[LIST_DISABLED] = "SELECT user, at, by_uid, reason FROM disabled ORDER BY user",
};

int store_failure(struct store *store, int sqlite_code)
{
	log_error("the database failed: %s", sqlite3_errmsg(store->db));
	return schema_errno(sqlite_code);
}

int store_run(struct store *store, enum statement which)
{
	sqlite3_stmt *statement = store->prepared[which];
	int r = sqlite3_step(statement);

	if (r == SQLITE_ROW)
		r = SQLITE_DONE;
	if (r != SQLITE_DONE && schema_errno(r) != -EEXIST)
		store_failure(store, r);
	sqlite3_reset(statement);
	sqlite3_clear_bindings(statement);
	return schema_errno(r);
}

int store_run_one(struct store *store, enum statement which)
{
	int r = store_run(store, which);

	return r < 0 ? r : sqlite3_changes(store->db) > 0 ? 0 : -ENOENT;
}

static int prepare_statements(struct store *store)
{
	for (int s = 0; s < STATEMENTS; s++) {
		int r = row_prepare(store->db, statements[s], &token_table,
			SQLITE_PREPARE_PERSISTENT, &store->prepared[s]);

		if (r != SQLITE_OK) {
			log_error("the database %s is damaged (%s): restore it from a backup",
				store->path, sqlite3_errmsg(store->db));
			return schema_errno(r);
		}
	}
	return history_rows_open(store->db, &store->history);
}

static struct store *new_store(void)
{
	struct store *store = calloc(1, sizeof(*store));

	if (store) {
		store->state_fd = -1;
		store->usage_sync = SYNC_NORMAL;
	}
	return store;
}

/* r: how opening it went so far.  One that failed is freed. */
static int make_ready(struct store *store, int r)
{
	if (r == 0)
		r = prepare_statements(store);
	if (r == 0)
		r = store_look_for_disabled(store);
	if (r < 0)
		store_free(store);
	return r;
}

int store_open(const char *state_dir, struct store **ret_store)
{
	struct store *store = new_store();
	int r;

	if (!store)
		return -ENOMEM;
	r = asprintf(&store->path, "%s/" DATABASE_FILE, state_dir) < 0 ? -ENOMEM : 0;
	if (r == 0)
		r = database_lock(state_dir, &store->state_fd);
	if (r == 0)
		r = state_dir_settle(store->state_fd);
	if (r == 0)
		r = database_open(store->state_fd, store->path, &store->db);
	r = make_ready(store, r);
	if (r < 0)
		return r;
	reserve_make(store->state_fd);
	*ret_store = store;
	return 0;
}

int store_open_image(const struct image *image, const char *path, struct store **ret_store)
{
	struct store *store = new_store();
	int r;

	if (!store)
		return -ENOMEM;
	store->path = strdup(path);
	r = store->path ? database_open_image(image, path, &store->db) : -ENOMEM;
	r = make_ready(store, r);
	if (r == 0)
		*ret_store = store;
	return r;
}

void store_free(struct store *store)
{
	if (!store)
		return;
	if (store->usage_open)
		store_commit_usage(store);
	history_rows_close(store->history);
	for (int s = 0; s < STATEMENTS; s++)
		sqlite3_finalize(store->prepared[s]);
	/* The last connection's close syncs the WAL and folds it in. */
	sqlite3_close(store->db);
	if (store->state_fd >= 0)
		close(store->state_fd);
	free(store->path);
	free(store);
}

int store_begin_usage(struct store *store)
{
	int r;

	if (store->usage_open)
		return 0;
	r = store_run(store, BEGIN_USAGE);
	if (r == 0)
		store->usage_open = true;
	return r;
}

int store_commit_usage(struct store *store)
{
	int r;

	if (!store->usage_open)
		return 0;
	r = store_run(store, COMMIT);
	/* A failed statement may have rolled back by itself; then there is nothing left to do. */
	if (r < 0 && !sqlite3_get_autocommit(store->db))
		store_run(store, ROLLBACK);
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

/* Not a prepared statement: this pragma acts when it is compiled. */
static int set_sync(struct store *store, const char *pragma)
{
	int r = sqlite3_exec(store->db, pragma, NULL, NULL, NULL);

	return r == SQLITE_OK ? 0 : store_failure(store, r);
}

int store_sync_usage(struct store *store, bool sync)
{
	(void)store_commit_usage(store);
	store->usage_sync = sync ? SYNC_FULL : SYNC_NORMAL;
	return set_sync(store, store->usage_sync);
}

static int change_once(struct store *store, const struct change *change)
{
	int r;

	r = store_run(store, BEGIN);
	if (r == 0)
		r = change->fn(store, change->subject);
	if (r == 0 && change->note)
		r = history_rows_append(store->history, &change->note->entry, &change->note->seal);
	if (r == 0)
		r = store_set_number(store, STORE_TIME, change->time);
	if (r == 0)
		r = store_run(store, COMMIT);
	if (r < 0 && !sqlite3_get_autocommit(store->db))
		store_run(store, ROLLBACK);
	return r;
}

/*
 * Usage goes first, so that a failure here cannot take it along; should its commit fail, that
 * has been logged, and is no reason to refuse a revoke.
 */
int store_change(struct store *store, const struct change *change)
{
	int r;

	(void)store_commit_usage(store);
	r = set_sync(store, SYNC_FULL);
	if (r < 0)
		return r;
	r = change_once(store, change);
	if (r == -ENOSPC && change->spare && reserve_spend(store->state_fd))
		r = change_once(store, change);
	/* A failure here costs time only: usage is synced too, until the next change. */
	(void)set_sync(store, store->usage_sync);
	if (r == 0) {
		store->unsynced = true;
		reserve_make(store->state_fd);
	}
	return r;
}
