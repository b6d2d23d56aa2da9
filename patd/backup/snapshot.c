/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copying the database with SQLite, inside a transaction that reads. */
#include "patd/backup/snapshot.h"

#include <errno.h>
#include <sqlite3.h>
#include <sys/stat.h>

#include "patd/db/database.h"
#include "patd/db/hardening.h"
#include "patd/db/schema.h"
#include "patd/db/sync.h"
#include "patd/util/log.h"

#define STEP_PAGES 256 /* between two reports */
#define BUSY_MS 1000   /* for what takes a lock for an instant */

/* The WAL cannot be folded in before the copy has ended. */
static int check_wal(const char *wal)
{
	struct stat st;

	if (stat(wal, &st) < 0)
		return errno == ENOENT ? 0 : -errno;
	if ((uint64_t)st.st_size <= SYNC_WAL_LIMIT)
		return 0;
	log_error("a backup took too long: %llu MiB of changes were made meanwhile",
		(unsigned long long)(SYNC_WAL_LIMIT >> 20));
	return -EFBIG;
}

static int copy_steps(const struct snapshot *snapshot, sqlite3_backup *copying, uint64_t page_size)
{
	int r = SQLITE_OK, stop;

	while (r == SQLITE_OK) {
		stop = check_wal(snapshot->wal);
		if (stop < 0)
			return stop;
		r = sqlite3_backup_step(copying, STEP_PAGES);
		uint64_t pages = (uint64_t)sqlite3_backup_pagecount(copying);
		uint64_t left = (uint64_t)sqlite3_backup_remaining(copying);

		stop = snapshot->progress(
			(pages - left) * page_size, pages * page_size, snapshot->userdata);
		if (stop != 0)
			return stop;
	}
	return r == SQLITE_DONE ? 0 : schema_errno(r);
}

static int execute(sqlite3 *db, const char *sql)
{
	return schema_errno(sqlite3_exec(db, sql, NULL, NULL, NULL));
}

/* The read transaction keeps one state of the database: else each change would restart the copy. */
static int copy(const struct snapshot *snapshot, sqlite3 *from, sqlite3 *to)
{
	int64_t page_size = 0;
	sqlite3_backup *copying;
	int r, finished;

	r = schema_errno(connection_harden(from));
	if (r < 0)
		return r;
	r = schema_errno(sqlite3_busy_timeout(from, BUSY_MS));
	if (r < 0)
		return r;
	r = execute(from, "BEGIN; SELECT count(*) FROM meta;");
	if (r < 0)
		return r;
	r = schema_errno(schema_number(from, "PRAGMA page_size", &page_size));
	if (r < 0)
		return r;
	/* A copy that is cut short is thrown away, so it needs neither journal nor sync. */
	r = execute(to, "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;");
	if (r < 0)
		return r;
	copying = sqlite3_backup_init(to, "main", from, "main");
	if (!copying)
		return schema_errno(sqlite3_extended_errcode(to));
	r = copy_steps(snapshot, copying, (uint64_t)page_size);
	finished = schema_errno(sqlite3_backup_finish(copying));
	return r < 0 ? r : finished;
}

int snapshot_copy(const struct snapshot *snapshot)
{
	const int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_NOFOLLOW;
	sqlite3 *from = NULL, *to = NULL;
	int r, closed;

	errno = 0;
	r = schema_errno(sqlite3_open_v2(snapshot->database, &from, flags, DATABASE_VFS));
	if (r == 0)
		r = schema_errno(
			sqlite3_open_v2(snapshot->image, &to, flags | SQLITE_OPEN_CREATE, NULL));
	if (r == 0)
		r = copy(snapshot, from, to);
	sqlite3_close(from);
	closed = schema_errno(sqlite3_close(to));
	return r < 0 ? r : closed;
}
