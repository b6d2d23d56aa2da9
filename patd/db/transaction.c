/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Changes, each in a transaction; and usage, many records in one. */
#include "patd/db/transaction.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "patd/db/statements.h"
#include "patd/db/wal.h"
#include "patd/util/log.h"

#define RESERVE_FILE "reserve"
#define RESERVE_BYTES ((off_t)256 * 1024) /* a change of life writes a few pages of 4 KiB */

bool reserve_make(int state_fd)
{
	bool made;
	int fd;

	if (faccessat(state_fd, RESERVE_FILE, F_OK, 0) == 0)
		return true;
	fd = openat(state_fd, RESERVE_FILE, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd < 0)
		return false;
	made = posix_fallocate(fd, 0, RESERVE_BYTES) == 0;
	(void)close(fd);
	if (!made)
		(void)unlinkat(state_fd, RESERVE_FILE, 0);
	return made;
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

static void wake(struct database *database)
{
	if (database->sync)
		database->wake(database->sync);
}

uint64_t transaction_commits(struct database *database)
{
	wake(database);
	return ++database->commits;
}

/* What a commit that failed has left would be taken for committed at the next start. */
static void cut(struct database *database)
{
	int r;

	if (database->wal_fd < 0)
		return;
	r = wal_cut(database->wal_fd, database->page_size, database->wal_frames);
	if (r < 0)
		log_error("a change that failed cannot be removed from the log of the database, "
			  "and may be there after a restart: %s",
			strerror(-r));
	/* Nobody is told that nothing was changed before that is on disk. */
	(void)transaction_commits(database);
}

/* r: whether all has been written. */
static int end(struct database *database, int r)
{
	bool committing = r == 0;

	/* A statement that failed has undone it, and was logged. */
	if (committing && !transaction_is_open(database)) {
		committing = false;
		r = -EIO;
	}
	if (committing)
		r = statement_run(database->statements, DATABASE_COMMIT);
	if (r == 0) {
		notify_observer(database, true);
		return 0;
	}
	usage_undo(database);
	if (committing)
		cut(database);
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

int transaction_sync(struct database *database)
{
	if (database->wal_fd < 0)
		return 0;
	if (database->wal_state == WAL_SOUND && fdatasync(database->wal_fd) == 0)
		return 0;
	database->wal_state = WAL_SUSPECT;
	if (wal_write_back(database->wal_fd, database->wal_frames, &database->wal_frames) < 0) {
		log_error("a change is made, and cannot be put on disk");
		return -EIO;
	}
	database->wal_state = WAL_SOUND;
	return 0;
}

int usage_commit(struct database *database)
{
	int r;

	if (!database->usage_open)
		return 0;
	r = end(database, 0);
	if (r == 0 && database->usage_written) {
		database->written++;
		wake(database);
	}
	database->usage_open = false;
	database->usage_written = false;
	return r;
}

/* Not a prepared statement: this pragma acts when it is compiled. */
int transaction_set_sync(struct database *database)
{
	const char *pragma =
		database->wal_kept ? "PRAGMA synchronous = NORMAL" : "PRAGMA synchronous = OFF";
	int r;

	errno = 0;
	r = sqlite3_exec(database->handle, pragma, NULL, NULL, NULL);
	if (r != SQLITE_OK)
		return statement_failure(database->statements, r);
	database->syncs_header = database->wal_kept;
	return 0;
}

bool transaction_has_room(struct database *database)
{
	struct timespec now;

	if (!database->reserve_spent)
		return true;
	/* Each login asks. */
	if (clock_gettime(CLOCK_MONOTONIC_COARSE, &now) < 0 ||
		now.tv_sec == database->reserve_tried)
		return false;
	database->reserve_tried = now.tv_sec;
	database->reserve_spent = !reserve_make(database->state_fd);
	return !database->reserve_spent;
}

static bool release_reserve(struct database *database)
{
	database->reserve_spent = database->state_fd >= 0;
	database->reserve_tried = 0;
	return reserve_release(database->state_fd);
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
	int r = 0;

	if (database->paused)
		return -EAGAIN;
	(void)usage_commit(database);
	if (!transaction_has_room(database) && !may_use_reserve)
		return -ENOSPC;
	if (database->syncs_header != database->wal_kept)
		r = transaction_set_sync(database);
	if (r < 0)
		return r;
	r = run_once(database, fn, userdata);
	if (r == -ENOSPC && may_use_reserve && release_reserve(database))
		r = run_once(database, fn, userdata);
	if (r < 0)
		return r;
	database->written++;
	(void)transaction_commits(database);
	return database->sync ? 0 : transaction_sync(database);
}
