/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The database as a file, and the connection to it. */
#include "patd/db/database.h"

#include <errno.h>
#include <fcntl.h>
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/cleanup.h"
#include "patd/crypto/key.h"
#include "patd/db/hardening.h"
#include "patd/db/open_call.h"
#include "patd/db/schema.h"
#include "patd/db/state_dir.h"
#include "patd/db/statements.h"
#include "patd/db/transaction.h"
#include "patd/db/wal.h"
#include "patd/util/log.h"

#define HEADER_BYTES 100 /* of an SQLite database, see sqlite.org/fileformat */
#define BUSY_MS 100      /* the other connections are those of a fold and of a backup */

/*
 * A deleted token's row is overwritten (secure_delete), and checkpoints are database_fold()'s alone
 * (wal_autocheckpoint).
 */
static const char pragmas[] = "PRAGMA secure_delete = ON;"
			      "PRAGMA cache_size = -1024;" /* KiB */
			      "PRAGMA synchronous = FULL;"
			      "PRAGMA wal_autocheckpoint = 0;"
			      "PRAGMA journal_size_limit = 0;";

int database_lock(const char *state_dir, int *ret_fd)
{
	cleanup_close int fd = -1;
	struct stat st;
	int r;

	if (mkdir(state_dir, 0700) < 0 && errno != EEXIST) {
		r = -errno;
		log_error("cannot make the state directory %s: %s", state_dir, strerror(-r));
		return r;
	}
	fd = open(state_dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0 || fstat(fd, &st) < 0) {
		r = -errno;
		log_error("cannot open the state directory %s: %s", state_dir, strerror(-r));
		return r;
	}
	if (st.st_uid != geteuid() || (st.st_mode & 022) != 0) {
		log_error("the state directory %s must belong to patd's user, and no other may "
			  "write to it",
			state_dir);
		return -EPERM;
	}
	if (flock(fd, LOCK_EX | LOCK_NB) < 0) {
		r = errno == EWOULDBLOCK ? -EBUSY : -errno;
		log_error(r == -EBUSY ? "the state directory %s is in use by another patd"
				      : "cannot lock the state directory %s: %m",
			state_dir);
		return r;
	}
	*ret_fd = take_fd(&fd);
	return 0;
}

/* SQLite would open a read-only file read-only, and follow a link; we take neither. */
static int check_file(int state_fd, const char *path)
{
	struct stat st;

	if (fstatat(state_fd, basename(path), &st, AT_SYMLINK_NOFOLLOW) < 0) {
		int r = errno == ENOENT ? 0 : -errno;

		if (r < 0)
			log_error("cannot look at the database %s: %s", path, strerror(-r));
		return r;
	}
	if (!S_ISREG(st.st_mode)) {
		log_error("the database %s is not a regular file: move it away", path);
		return -EBADMSG;
	}
	if (st.st_uid != geteuid() || (st.st_mode & 0077) != 0 || (st.st_mode & 0600) != 0600) {
		log_error("the database %s must belong to patd's user, mode 0600", path);
		return -EPERM;
	}
	/* SQLite takes it for a new one; but with a key beside it, it was in use. */
	if (st.st_size < HEADER_BYTES && faccessat(state_fd, KEY_FILE, F_OK, 0) == 0) {
		log_error("the database %s is empty but was not before: restore it from a "
			  "backup, or, to discard all tokens, move it away and start patd again",
			path);
		return -EBADMSG;
	}
	return 0;
}

/* After each commit. */
static int on_commit(void *userdata, sqlite3 *db, const char *name, int frames)
{
	struct database *database = userdata;

	(void)db;
	(void)name;
	database->wal_frames = (uint32_t)frames;
	return SQLITE_OK;
}

static int set_up_handle(struct database *database)
{
	const char *path = database->path;
	sqlite3 *db = database->handle;
	int r;

	errno = 0;
	if ((r = connection_harden(db)) != SQLITE_OK ||
		(r = sqlite3_busy_timeout(db, BUSY_MS)) != SQLITE_OK ||
		(r = sqlite3_exec(db, pragmas, NULL, NULL, NULL)) != SQLITE_OK) {
		int error = schema_errno(r);

		log_error("the database %s cannot be used (%s)%s", path, schema_error(db, r),
			schema_advice(r));
		return error;
	}
	(void)sqlite3_wal_hook(db, on_commit, database);
	if (sqlite3_db_readonly(db, "main") != 0) {
		log_error("the database %s cannot be written to", path);
		return -EROFS;
	}
	return schema_prepare(db, path);
}

static int keep_wal(sqlite3 *db)
{
	int persist = 1;

	return schema_errno(sqlite3_file_control(db, "main", SQLITE_FCNTL_PERSIST_WAL, &persist));
}

/* Opens the file.  *ret_handle is to be closed also after a failure. */
static int open_file(int state_fd, const char *path, sqlite3 **ret_handle)
{
	const bool has_wal = faccessat(state_fd, WAL_FILE, F_OK, AT_SYMLINK_NOFOLLOW) == 0;
	int r = open_call_set_up();

	if (r < 0)
		log_error("this SQLite cannot be told how to open files");
	else
		r = check_file(state_fd, path);
	if (r < 0)
		return r;
	errno = 0;
	r = sqlite3_open_v2(path, ret_handle,
		SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX |
			SQLITE_OPEN_NOFOLLOW | SQLITE_OPEN_EXRESCODE,
		DATABASE_VFS);
	if (r != SQLITE_OK)
		log_error("cannot open the database %s: %s", path, schema_error(*ret_handle, r));
	/* One that turns out not to be ours is left as it was. */
	if (r == SQLITE_OK && has_wal)
		return keep_wal(*ret_handle);
	return schema_errno(r);
}

/* The statements that every user of the database needs. */
static const char *const own_statements[DATABASE_STATEMENTS] = {
	[DATABASE_BEGIN] = "BEGIN IMMEDIATE",
	[DATABASE_BEGIN_USAGE] = "BEGIN", /* locks what its statements need, when they do */
	[DATABASE_COMMIT] = "COMMIT",
	[DATABASE_ROLLBACK] = "ROLLBACK",
	[DATABASE_GET_META] = "SELECT value FROM meta WHERE key = ?1",
	[DATABASE_SET_META] = "INSERT OR REPLACE INTO meta (key, value) VALUES (?1, ?2)",
	[DATABASE_HAS_TOKENS] = "SELECT 1 FROM token LIMIT 1",
};

static int prepare(struct database *database)
{
	int r = set_up_handle(database);

	if (r < 0)
		return r;
	return statements_new(
		database, own_statements, DATABASE_STATEMENTS, NULL, &database->statements);
}

/* The last connection's close syncs the WAL, folds it in, and empties it. */
static void close_handle(struct database *database)
{
	sqlite3 *db = database->handle;

	if (!db)
		return;
	/* What is not on disk stays in the WAL for the next start, which writes it back. */
	if (database->wal_state == WAL_SUSPECT ||
		sqlite3_exec(db, "PRAGMA synchronous = FULL", NULL, NULL, NULL) != SQLITE_OK)
		(void)sqlite3_db_config(db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
	sqlite3_close(db);
}

void database_free(struct database *database)
{
	if (!database)
		return;
	(void)usage_commit(database);
	statements_free(database->statements);
	close_handle(database);
	if (database->wal_fd >= 0)
		close(database->wal_fd);
	if (database->state_fd >= 0)
		close(database->state_fd);
	free(database->path);
	free(database);
}

DEFINE_CLEANUP(database_free, database)

/* With "" or a "/FILE" added to the path.  NULL: out of memory. */
static struct database *new_database(const char *path, const char *file)
{
	struct database *database = calloc(1, sizeof(*database));

	if (!database)
		return NULL;
	database->state_fd = -1;
	database->wal_fd = -1;
	if (asprintf(&database->path, "%s%s", path, file) >= 0)
		return database;
	free(database);
	return NULL;
}

/*
 * What is in the WAL was perhaps never synced, or its sync has failed, before another process
 * ended. An empty one was perhaps not emptied on disk.
 */
static int take_wal(struct database *database)
{
	uint64_t size;
	int r;

	if ((r = wal_open(database->state_fd, &database->wal_fd)) < 0 ||
		(r = wal_size(database->wal_fd, &size)) < 0)
		return r;
	database->commits = 1;
	r = size == 0 ? wal_sync_empty(database->wal_fd)
		      : wal_write_back(database->wal_fd, 0, &database->wal_frames);
	if (r == 0 && fsync(database->state_fd) < 0)
		r = -errno;
	/* Logins work all the same, and the struct sync goes on trying. */
	if (r < 0)
		database->wal_state = size == 0 ? WAL_UNEMPTIED : WAL_SUSPECT;
	return r == -ENOMEM ? r : 0;
}

/* From now on patd syncs, and SQLite does not.  The file of the WAL stays when it is closed. */
static int take_over_syncing(struct database *database)
{
	int64_t page_size = 0;
	int r = keep_wal(database->handle);

	/* An index on the disk is an earlier version's. */
	if (r == 0 && unlinkat(database->state_fd, DATABASE_FILE "-shm", 0) < 0 && errno != ENOENT)
		r = -errno;
	if (r == 0)
		r = schema_errno(schema_number(database->handle, "PRAGMA page_size", &page_size));
	database->page_size = (uint32_t)page_size;
	if (r == 0)
		r = take_wal(database);
	if (r < 0)
		log_error(
			"cannot use the log of the database %s: %s", database->path, strerror(-r));
	return r < 0 ? r : transaction_set_sync(database);
}

int database_open(const char *state_dir, struct database **ret_database)
{
	cleanup_with(database_free) struct database *database =
		new_database(state_dir, "/" DATABASE_FILE);
	int r;

	if (!database)
		return -ENOMEM;
	if ((r = database_lock(state_dir, &database->state_fd)) < 0 ||
		(r = state_dir_settle(database->state_fd, state_dir)) < 0 ||
		(r = open_file(database->state_fd, database->path, &database->handle)) < 0 ||
		(r = prepare(database)) < 0 || (r = take_over_syncing(database)) < 0)
		return r;
	database->reserve_spent = !reserve_make(database->state_fd);
	*ret_database = TAKE(database);
	return 0;
}

int database_open_image(const struct image *image, const char *path, struct database **ret_database)
{
	cleanup_with(database_free) struct database *database = new_database(path, "");
	int r;

	if (!database)
		return -ENOMEM;
	r = image_open(image, &database->handle);
	if (r < 0) {
		log_error("cannot open the database %s: %s", path, strerror(-r));
		return r;
	}
	r = prepare(database);
	if (r == 0)
		*ret_database = TAKE(database);
	return r;
}

const char *database_path(const struct database *database)
{
	return database->path;
}

void database_shrink(struct database *database)
{
	(void)sqlite3_db_release_memory(database->handle);
	(void)malloc_trim(0);
}

static int checkpoint(const char *path)
{
	sqlite3 *db;
	int r, closed;

	errno = 0;
	r = sqlite3_open_v2(path, &db,
		SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_NOFOLLOW |
			SQLITE_OPEN_EXRESCODE,
		DATABASE_VFS);
	if (r == SQLITE_OK)
		r = connection_harden(db);
	/* FULL syncs the WAL first, and then the database it was folded into. */
	if (r == SQLITE_OK)
		r = sqlite3_exec(db, "PRAGMA synchronous = FULL", NULL, NULL, NULL);
	/* For a login that reads. */
	if (r == SQLITE_OK)
		r = sqlite3_busy_timeout(db, BUSY_MS);
	if (r == SQLITE_OK)
		r = sqlite3_wal_checkpoint_v2(db, NULL, SQLITE_CHECKPOINT_TRUNCATE, NULL, NULL);
	closed = sqlite3_close(db);
	return schema_errno(r == SQLITE_OK ? closed : r);
}

int database_fold(const char *path, int wal_fd, enum wal_state *ret_state)
{
	int r;

	*ret_state = WAL_SUSPECT;
	if (fdatasync(wal_fd) < 0)
		return -errno;
	r = checkpoint(path);
	/* Either it was the WAL that it could not sync, which then shows here, too, or it is empty
	 * now, and must be so on the disk. */
	if (fdatasync(wal_fd) == 0)
		*ret_state = WAL_SOUND;
	else if (r == 0)
		*ret_state = WAL_UNEMPTIED;
	return r == 0 && *ret_state != WAL_SOUND ? -errno : r;
}
