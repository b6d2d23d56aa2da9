/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Changes, each in a transaction that is synced; and usage, many records in one that is not. */
#include "patd/db/transaction.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "patd/db/statements.h"
#include "patd/util/log.h"

#define SYNC_FULL "PRAGMA synchronous = FULL"
#define SYNC_NORMAL "PRAGMA synchronous = NORMAL"

#define RESERVE_FILE "reserve"
#define RESERVE_BYTES ((off_t)256 * 1024) /* a change of life writes a few pages of 4 KiB */

void reserve_make(int state_fd)
{
	int fd;

	if (faccessat(state_fd, RESERVE_FILE, F_OK, 0) == 0)
		return;
	fd = openat(state_fd, RESERVE_FILE, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd < 0)
		return;
	if (posix_fallocate(fd, 0, RESERVE_BYTES) != 0)
		(void)unlinkat(state_fd, RESERVE_FILE, 0);
	(void)close(fd);
}

bool reserve_release(int state_fd)
{
	if (unlinkat(state_fd, RESERVE_FILE, 0) < 0)
		return false;
	log_warning("the disk is full; using the space reserved for revoking");
	return true;
}

static void notify_observer(struct database *database, bool committed)
{
	if (database->observer)
		database->observer(committed, database->observer_data);
}

void transaction_observe(
	struct database *database, void (*fn)(bool committed, void *userdata), void *userdata)
{
	database->observer = fn;
	database->observer_data = userdata;
}

bool transaction_is_open(const struct database *database)
{
	return !sqlite3_get_autocommit(database->handle);
}

/* A failed statement may have rolled back by itself. */
void usage_undo(struct database *database)
{
	if (transaction_is_open(database))
		(void)statement_run(database->statements, DATABASE_ROLLBACK);
	notify_observer(database, false);
}

/* r: whether all has been written. */
static int end(struct database *database, int r)
{
	if (r == 0)
		r = statement_run(database->statements, DATABASE_COMMIT);
	if (r == 0)
		notify_observer(database, true);
	else
		usage_undo(database);
	return r;
}

int usage_begin(struct database *database)
{
	int r;

	if (database->usage_open)
		return 0;
	r = statement_run(database->statements, DATABASE_BEGIN_USAGE);
	if (r == 0)
		database->usage_open = true;
	return r;
}

int usage_write(struct database *database)
{
	int r = usage_begin(database);

	if (r == 0)
		database->usage_written = true;
	return r;
}

int usage_commit(struct database *database)
{
	int r;

	if (!database->usage_open)
		return 0;
	r = end(database, 0);
	database->unsynced = database->unsynced || (r == 0 && database->usage_written);
	database->usage_open = false;
	database->usage_written = false;
	return r;
}

/* Not a prepared statement: this pragma acts when it is compiled. */
static int set_sync(struct database *database, const char *pragma)
{
	int r = sqlite3_exec(database->handle, pragma, NULL, NULL, NULL);

	return r == SQLITE_OK ? 0 : statement_failure(database->statements, r);
}

int usage_set_sync(struct database *database, bool sync)
{
	(void)usage_commit(database);
	database->usage_sync = sync ? SYNC_FULL : SYNC_NORMAL;
	return set_sync(database, database->usage_sync);
}

static int run_once(struct database *database, int (*fn)(void *userdata), void *userdata)
{
	int r = statement_run(database->statements, DATABASE_BEGIN);

	return r < 0 ? r : end(database, fn(userdata));
}

/*
 * Usage goes first, so that a failure here cannot take it along; should its commit fail, that
 * has been logged, and is no reason to refuse a revoke.
 */
int transaction_run(
	struct database *database, bool may_use_reserve, int (*fn)(void *userdata), void *userdata)
{
	int r;

	(void)usage_commit(database);
	r = set_sync(database, SYNC_FULL);
	if (r < 0)
		return r;
	r = run_once(database, fn, userdata);
	if (r == -ENOSPC && may_use_reserve && reserve_release(database->state_fd))
		r = run_once(database, fn, userdata);
	/* A failure here costs time only: usage is synced too, until the next change. */
	(void)set_sync(database, database->usage_sync ? database->usage_sync : SYNC_NORMAL);
	if (r < 0)
		return r;
	database->unsynced = true;
	reserve_make(database->state_fd);
	return 0;
}
