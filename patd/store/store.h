/*
 * The token database: SQLite in WAL mode, one file "patd.db" in the state directory.
 *
 * Two kinds of change.  A change of a token's life (insert, update, delete …) is one transaction
 * with its entry of the history, on disk before the function returns.  Usage is gathered:
 * store_touch() opens a transaction that stays open until store_commit_usage(), which survives a
 * kill of patd at once and a power cut once database_sync() has run; a change of life commits it
 * first.
 *
 * Functions return 0 or a negative errno and log what SQLite said: -ENOENT no such token,
 * -EEXIST name or id taken, -ENOSPC disk full, -EBADMSG damaged, -EIO all else.
 */
#ifndef PATD_STORE_STORE_H
#define PATD_STORE_STORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "patd/db/image.h"
#include "patd/history/history_rows.h"
#include "patd/model/disabled.h"
#include "patd/model/entry.h"
#include "patd/model/token.h"
#include "patd/store/token_list.h"

struct store;

/*
 * Opens the database in state_dir, which is created 0700 if it is missing, or makes a new one.
 * Takes a lock that keeps a second patd out (-EBUSY).  Refuses, with a message, what is not
 * ours, damaged, or from a newer version (-EPROTONOSUPPORT).
 */
int store_open(const char *state_dir, struct store **ret_store);

/* One that is only looked at; path: what it is called in messages. */
int store_open_image(const struct image *image, const char *path, struct store **ret_store);

/* Commits usage, syncs, closes.  NULL is allowed. */
void store_free(struct store *store);

/* Whether usage, too, is on disk when store_commit_usage() returns.  Not so at first. */
int store_sync_usage(struct store *store, bool sync);

/* The key's check value (KEY_CHECK_LEN bytes); -ENOENT if none was ever set. */
int store_get_key_check(struct store *store, void *ret_value, size_t size);
int store_set_key_check(struct store *store, const void *value, size_t size);

/* The latest time seen, 0 in a new database; kept at each change of life, and by the caller. */
int store_get_time(struct store *store, uint64_t *ret_time);
int store_touch_time(struct store *store, uint64_t time);

/* When the daily work was done last; 0: never. */
int store_get_daily(struct store *store, uint64_t *ret_time);
int store_touch_daily(struct store *store, uint64_t time);

/* --- tokens --- */

/* An entry of the history and the seal over it: see patd/history/history.h. */
struct note {
	struct entry entry;
	struct history_seal seal;
};

/* Whether there is any token. */
int store_has_tokens(struct store *store, bool *ret_has);

/* How many the user has; counts no further than to max. */
int store_count(
	struct store *store, const char *user, uint32_t uid, uint64_t max, uint64_t *ret_count);

int store_insert(struct store *store, const struct token *token, const struct note *note);
int store_get(struct store *store, const char *id, struct token *ret_token);
/* Writes the whole row. */
int store_update(struct store *store, const struct token *token, const struct note *note);
/* The same for a token with a new secret; ended is the verifier of the one before. */
int store_rotate(struct store *store, const struct token *token,
	const uint8_t ended[static TOKEN_VERIFIER_LEN], const struct note *note);
/*
 * Writes what of token a use changes, for one that must not be lost; note may be NULL.  The room
 * kept on the disk is not for this.
 */
int store_use(struct store *store, const struct token *token, const struct note *note);
int store_delete(struct store *store, const char *id, const struct note *note);

/*
 * Whether the token once had a secret with that verifier, among the latest STORE_FORMER_MAX.
 * Takes as long for a token that there is not.
 */
#define STORE_FORMER_MAX 100
int store_was_secret(struct store *store, const char *id,
	const uint8_t verifier[static TOKEN_VERIFIER_LEN], bool *ret_was);

/* See list_rows(). */
int store_list(
	struct store *store, const struct list_filter *filter, list_row_fn fn, void *userdata);
/* See list_moments(). */
int store_list_deadlines(struct store *store, enum deadline deadline,
	const struct deadline_place *after, list_row_fn fn, void *userdata);

/* --- the disabled --- */

/* Whether the user is, or everybody. */
int store_is_disabled(struct store *store, const char *user, bool *ret_disabled);
/* -EEXIST: disabled already. */
int store_disable(struct store *store, const struct disabled *disabled, const struct note *note);
/* -ENOENT: not disabled. */
int store_enable(struct store *store, const char *user, const struct note *note);
int store_list_disabled(struct store *store, disabled_fn fn, void *userdata);

/* --- the history: see patd/history/history.h --- */

int store_get_seal(struct store *store, struct history_seal *ret_seal);
/* See history_rows_list(). */
int store_list_history(
	struct store *store, const struct entry_filter *filter, entry_row_fn fn, void *userdata);
/* As part of the open usage transaction: see history_rows_prune(), history_rows_see(). */
int store_prune(struct store *store, uint64_t seq, const struct history_seal *seal);
int store_see(struct store *store, struct entry *entry, const char *network);

/* --- usage --- */

/*
 * Opens the usage transaction ahead of its first record, so that what is read before it is read
 * in the same one: half the locking.
 */
int store_begin_usage(struct store *store);
/* The same as store_use(), as part of the open usage transaction. */
int store_touch(struct store *store, const struct token *token);
/* An entry of the history, as part of it. */
int store_note(struct store *store, const struct note *note);
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
