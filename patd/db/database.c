#include "patd/db/database.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "patd/crypto/key.h"
#include "patd/db/schema.h"
#include "patd/util/log.h"

#define HEADER_BYTES 100 /* of an SQLite database, see sqlite.org/fileformat */
#define BUSY_MS                                                                                    \
	100 /* the only other connection is database_sync()'s, which never writes for long */

/*
 * foreign data never runs code (trusted_schema), a deleted token's row is overwritten
 * (secure_delete), and checkpoints are store_sync()'s alone (wal_autocheckpoint).
 */
static const char pragmas[] = "PRAGMA trusted_schema = OFF;"
			      "PRAGMA cell_size_check = ON;"
			      "PRAGMA secure_delete = ON;"
			      "PRAGMA synchronous = NORMAL;"
			      "PRAGMA wal_autocheckpoint = 0;"
			      "PRAGMA journal_size_limit = 4194304;";

int database_lock(const char *state_dir, int *ret_fd)
{
	struct stat st;
	int fd, r;

	if (mkdir(state_dir, 0700) < 0 && errno != EEXIST) {
		r = -errno;
		log_error("cannot make the state directory %s: %s", state_dir, strerror(-r));
		return r;
	}
	fd = open(state_dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0 || fstat(fd, &st) < 0) {
		r = -errno;
		log_error("cannot open the state directory %s: %s", state_dir, strerror(-r));
	} else if (st.st_uid != geteuid() || (st.st_mode & 022) != 0) {
		r = -EPERM;
		log_error("the state directory %s must belong to patd's user, and no other may "
			  "write to it",
			state_dir);
	} else if (flock(fd, LOCK_EX | LOCK_NB) < 0) {
		r = errno == EWOULDBLOCK ? -EBUSY : -errno;
		log_error("the state directory %s is in use by another patd", state_dir);
	} else {
		*ret_fd = fd;
		return 0;
	}
	if (fd >= 0)
		close(fd);
	return r;
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
		log_error("the database %s is empty, and was not: restore it from a backup; or, to "
			  "give all tokens up, move it away and start again",
			path);
		return -EBADMSG;
	}
	return 0;
}

static int set_up(sqlite3 *db, const char *path)
{
	int r;

	/* A hostile file gets no help: defensive mode, and no strings in double quotes. */
	r = sqlite3_db_config(db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
	if (r == SQLITE_OK)
		r = sqlite3_db_config(db, SQLITE_DBCONFIG_DQS_DML, 0, NULL);
	if (r == SQLITE_OK)
		r = sqlite3_busy_timeout(db, BUSY_MS);
	if (r == SQLITE_OK)
		r = sqlite3_exec(db, pragmas, NULL, NULL, NULL);
	if (r != SQLITE_OK) {
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

int database_open(int state_fd, const char *path, sqlite3 **ret_db)
{
	sqlite3 *db;
	int r;

	r = check_file(state_fd, path);
	if (r < 0)
		return r;
	r = sqlite3_open_v2(path, &db,
		SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX |
			SQLITE_OPEN_NOFOLLOW | SQLITE_OPEN_EXRESCODE,
		NULL);
	if (r != SQLITE_OK) {
		log_error("cannot open the database %s: %s", path,
			db ? sqlite3_errmsg(db) : "out of memory");
		r = schema_errno(r);
	} else {
		r = set_up(db, path);
	}
	if (r < 0) {
		sqlite3_close(db);
		return r;
	}
	*ret_db = db;
	return 0;
}

int database_open_image(const struct image *image, const char *path, sqlite3 **ret_db)
{
	sqlite3 *db;
	int r = image_open(image, &db);

	if (r < 0) {
		log_error("cannot open the database %s: %s", path, strerror(-r));
		return r;
	}
	r = set_up(db, path);
	if (r < 0) {
		sqlite3_close(db);
		return r;
	}
	*ret_db = db;
	return 0;
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
