/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The database as a file, and the connection to it. */
#include "patd/db/database.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/cleanup.h"
#include "patd/crypto/key.h"
#include "patd/db/schema.h"
#include "patd/db/state_dir.h"
#include "patd/db/statements.h"
#include "patd/db/transaction.h"
#include "patd/util/log.h"

#define HEADER_BYTES 100 /* of an SQLite database, see sqlite.org/fileformat */
#define BUSY_MS 100 /* the only other connection is database_sync()'s: it never writes for long */

/*
 * Foreign data never runs code (trusted_schema), a deleted token's row is overwritten
 * (secure_delete), and checkpoints are database_sync()'s alone (wal_autocheckpoint).
 */
static const char pragmas[] = "PRAGMA trusted_schema = OFF;"
			      "PRAGMA cell_size_check = ON;"
			      "PRAGMA secure_delete = ON;"
			      "PRAGMA synchronous = NORMAL;"
			      "PRAGMA wal_autocheckpoint = 0;"
			      "PRAGMA journal_size_limit = 4194304;";

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
		log_error("the state directory %s is in use by another patd", state_dir);
		return r;
	}
	*ret_fd = take_fd(&fd);
	return 0;
}

/* SQLite would open a read-only file read-only, and follow a link; we take neither. */
static int check_file(int state_fd, const char *path)
{
	struct stat st;

	if (fstatat(state_fd, basename(path), &st, AT_SYMLINK_NOFOLLOW) < 0)
		return errno == ENOENT ? 0 : -errno;
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

static int set_up_handle(sqlite3 *db, const char *path)
{
	int r;

	/* A hostile file gets no help: defensive mode, and no strings in double quotes. */
	if ((r = sqlite3_db_config(db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL)) != SQLITE_OK ||
		(r = sqlite3_db_config(db, SQLITE_DBCONFIG_DQS_DML, 0, NULL)) != SQLITE_OK ||
		(r = sqlite3_busy_timeout(db, BUSY_MS)) != SQLITE_OK ||
		(r = sqlite3_exec(db, pragmas, NULL, NULL, NULL)) != SQLITE_OK) {
		log_error("the database %s cannot be used (%s): restore it from a backup", path,
			sqlite3_errmsg(db));
		return schema_errno(r);
	}
	if (sqlite3_db_readonly(db, "main") != 0) {
		log_error("the database %s cannot be written to", path);
		return -EROFS;
	}
	return schema_prepare(db, path);
}

/* Opens the file.  *ret_handle is to be closed also after a failure. */
static int open_file(int state_fd, const char *path, sqlite3 **ret_handle)
{
	int r = check_file(state_fd, path);

	if (r < 0)
		return r;
	r = sqlite3_open_v2(path, ret_handle,
		SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX |
			SQLITE_OPEN_NOFOLLOW | SQLITE_OPEN_EXRESCODE,
		NULL);
	if (r != SQLITE_OK)
		log_error("cannot open the database %s: %s", path,
			*ret_handle ? sqlite3_errmsg(*ret_handle) : "out of memory");
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
	int r = set_up_handle(database->handle, database->path);

	if (r < 0)
		return r;
	return statements_new(
		database, own_statements, DATABASE_STATEMENTS, NULL, &database->statements);
}

void database_free(struct database *database)
{
	if (!database)
		return;
	(void)usage_commit(database);
	statements_free(database->statements);
	/* The last connection's close syncs the WAL and folds it in. */
	sqlite3_close(database->handle);
	if (database->state_fd >= 0)
		close(database->state_fd);
	free(database->path);
	free(database);
}

static void clean_up_database(struct database **database)
{
	database_free(*database);
}

#define cleanup_database __attribute__((cleanup(clean_up_database)))

/* With "" or a "/FILE" added to the path.  NULL: out of memory. */
static struct database *new_database(const char *path, const char *file)
{
	struct database *database = calloc(1, sizeof(*database));

	if (!database)
		return NULL;
	database->state_fd = -1;
	if (asprintf(&database->path, "%s%s", path, file) >= 0)
		return database;
	free(database);
	return NULL;
}

int database_open(const char *state_dir, struct database **ret_database)
{
	cleanup_database struct database *database = new_database(state_dir, "/" DATABASE_FILE);
	int r;

	if (!database)
		return -ENOMEM;
	if ((r = database_lock(state_dir, &database->state_fd)) < 0 ||
		(r = state_dir_settle(database->state_fd)) < 0 ||
		(r = open_file(database->state_fd, database->path, &database->handle)) < 0 ||
		(r = prepare(database)) < 0)
		return r;
	reserve_make(database->state_fd);
	*ret_database = TAKE(database);
	return 0;
}

int database_open_image(const struct image *image, const char *path, struct database **ret_database)
{
	cleanup_database struct database *database = new_database(path, "");
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

int database_sync(const char *path)
{
	sqlite3 *db;
	int r;

	r = sqlite3_open_v2(path, &db,
		SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_NOFOLLOW, NULL);
	/* FULL syncs the WAL first, and then the database it was folded into. */
	if (r == SQLITE_OK)
		r = sqlite3_exec(db, "PRAGMA synchronous = FULL", NULL, NULL, NULL);
	if (r == SQLITE_OK)
		r = sqlite3_wal_checkpoint_v2(db, NULL, SQLITE_CHECKPOINT_PASSIVE, NULL, NULL);
	if (r != SQLITE_OK)
		log_error(
			"cannot sync the database: %s", db ? sqlite3_errmsg(db) : "out of memory");
	sqlite3_close(db);
	return schema_errno(r);
}
