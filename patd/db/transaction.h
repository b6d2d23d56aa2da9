/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Two kinds of transaction.  A change is one of its own; once it is committed it survives a kill of
 * patd, and a power cut when its sync is done: see patd/db/sync.h.  Usage is collected:
 * usage_write() opens a transaction that stays open until usage_commit().  A change commits usage
 * first.
 */
#pragma once

#include "patd/db/database.h"

/*
 * Runs fn in a transaction: what fn returns below 0 undoes it all.  On a full disk may_use_reserve
 * lets the reserve be used, and fn is called a second time; everything else is -ENOSPC then, also
 * where it would fit, until the reserve is whole again.  -EAGAIN: the database is being folded.
 * Without a struct sync it is on disk at the return; -EIO if it is made and not on disk.
 */
int transaction_run(
	struct database *database, bool may_use_reserve, int (*fn)(void *userdata), void *userdata);

/* Whether one is open.  A statement that fails may have undone it. */
bool transaction_is_open(const struct database *database);

/*
 * fn is called after each transaction: with true if it was committed, with false if all that was
 * written in it is undone.  There is room for one.
 */
void transaction_observe(
	struct database *database, void (*fn)(bool committed, void *userdata), void *userdata);

/* Opens it, unless it is open, for something that is written now. */
int usage_write(struct database *database);
/* Undoes all of it: records that belong together must not be there in part. */
void usage_undo(struct database *database);
/* If one is open.  On failure the usage since the last commit is lost. */
int usage_commit(struct database *database);
/* The same if all was written, r 0; else undoes it, and returns r. */
int usage_end(struct database *database, int r);

/* From now on a new point covers all that is committed: see sync_point().  That point. */
uint64_t transaction_commits(struct database *database);

/* Waits until all that is committed is on disk.  Not where there is a struct sync. */
int transaction_sync(struct database *database);

/* Whether the disk has room for what takes no access away: not while the reserve is in use. */
bool transaction_has_room(struct database *database);

/*
 * Commits do not sync.  Where SQLite itself may write a new header over the WAL,
 * database->wal_kept, it syncs that header: else a power cut could leave the old header with some
 * of the new frames.
 */
int transaction_set_sync(struct database *database);

/*
 * The reserve, room for a revoke on a full disk: a file in the state directory, which is removed
 * then, and made again when there is room.  reserve_make(): whether it is there.
 */
bool reserve_make(int state_fd);
/* False if there was none. */
bool reserve_release(int state_fd);

/* The statements of struct database itself, for patd/db/ alone. */
enum {
	DATABASE_BEGIN,
	DATABASE_BEGIN_USAGE,
	DATABASE_COMMIT,
	DATABASE_ROLLBACK,
	DATABASE_GET_META,
	DATABASE_SET_META,
	DATABASE_HAS_TOKENS,
	DATABASE_STATEMENTS
};
