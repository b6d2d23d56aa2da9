/*
 * The token database: SQLite in WAL mode, one file "patd.db" in the state directory.
 *
 * Two kinds of change.  A change of a token's life (insert, revoke, restore, delete) is one
 * transaction, on disk before the function returns.  Usage is gathered: store_touch() opens a
 * transaction that stays open until store_commit_usage(), which survives a kill of patd at once
 * and a power cut once database_sync() has run; a change of life commits it first.
 *
 * Functions return 0 or a negative errno and log what SQLite said: -ENOENT no such token,
 * -EEXIST name or id taken, -ENOSPC disk full, -EBADMSG damaged, -EIO all else.
 */
#ifndef PATD_STORE_H
#define PATD_STORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "patd/list.h"
#include "patd/token.h"

struct store;

/*
 * Opens the database in state_dir, which is created 0700 if it is missing, or makes a new one.
 * Takes a lock that keeps a second patd out (-EBUSY).  Refuses, with a message, what is not
 * ours, damaged, or from a newer version (-EPROTONOSUPPORT).
 */
int store_open(const char *state_dir, struct store **ret_store);

/* Commits usage, syncs, closes.  NULL is allowed. */
void store_free(struct store *store);

/* Whether there is any token. */
int store_has_tokens(struct store *store, bool *ret_has);

/* The key's check value (KEY_CHECK_LEN bytes); -ENOENT if none was ever set. */
int store_get_key_check(struct store *store, void *ret_value, size_t size);
int store_set_key_check(struct store *store, const void *value, size_t size);

/* The latest time seen, 0 in a new database; kept at each change of life, and by the caller. */
int store_get_time(struct store *store, uint64_t *ret_time);
int store_touch_time(struct store *store, uint64_t time);

int store_insert(struct store *store, const struct token *token);
int store_get(struct store *store, const char *id, struct token *ret_token);
/* Writes the token's revoked_at and mac.  time: now, kept as the latest time seen. */
int store_set_revoked(struct store *store, const struct token *token, uint64_t time);
int store_delete(struct store *store, const char *id, uint64_t time);

/* See list_ends(). */
int store_list_ends(struct store *store, uint64_t after_at, const char *after_id, list_row_fn fn,
	void *userdata);

/* See list_rows(). */
int store_list(
	struct store *store, const struct list_filter *filter, list_row_fn fn, void *userdata);

/*
 * Opens the usage transaction ahead of its first record, so that what is read before it is read
 * in the same one: half the locking.
 */
int store_begin_usage(struct store *store);
/* Records a use, as part of the open usage transaction. */
int store_touch(struct store *store, const char *id, uint64_t time, const char *service);
/* Nothing to do if there is none.  On failure the usage since the last commit is lost. */
int store_commit_usage(struct store *store);

/*
 * Whether there are changes that database_sync() has not been asked to sync and fold in, at
 * store_path(), which is valid as long as the store.  store_take_unsynced() forgets them.
 */
bool store_has_unsynced(const struct store *store);
void store_take_unsynced(struct store *store);
const char *store_path(const struct store *store);

#endif
