/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The layout of the database, and the steps to it. */
#include "patd/db/schema.h"

#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "patd/db/hardening.h"
#include "patd/db/schema_objects.h"
#include "patd/util/log.h"

#define APPLICATION_ID 0x50415444 /* "PATD"; PRAGMA application_id, see sqlite.org/fileformat */

/* schema_steps[n] takes version n to n + 1.  A step that has been released never changes. */
static const char *const schema_steps[] = {
	"CREATE TABLE meta (key TEXT PRIMARY KEY, value ANY NOT NULL) WITHOUT ROWID, STRICT;"
	"CREATE TABLE token ("
	"  id TEXT PRIMARY KEY,"
	"  user TEXT NOT NULL,"
	"  uid INTEGER NOT NULL,"
	"  name TEXT NOT NULL,"
	"  verifier BLOB NOT NULL,"
	"  created_at INTEGER NOT NULL," /* times: seconds UTC, 0: never or not yet */
	"  created_by INTEGER NOT NULL,"
	"  expires_at INTEGER NOT NULL,"
	"  services TEXT NOT NULL,"
	"  sources TEXT NOT NULL,"
	"  hours TEXT NOT NULL,"
	"  not_before INTEGER NOT NULL,"
	"  max_uses INTEGER NOT NULL,"
	"  revoked_at INTEGER NOT NULL,"
	"  revoked_until INTEGER NOT NULL,"
	"  revoked_reason TEXT NOT NULL,"
	"  restored_at INTEGER NOT NULL,"
	"  rotations INTEGER NOT NULL,"
	"  rotated_at INTEGER NOT NULL,"
	"  former_verifier BLOB NOT NULL,"
	"  former_until INTEGER NOT NULL,"
	"  uses INTEGER NOT NULL,"
	"  last_used_at INTEGER NOT NULL,"
	"  last_used_service TEXT NOT NULL,"
	"  last_used_from TEXT NOT NULL,"
	"  mac BLOB NOT NULL"
	") WITHOUT ROWID, STRICT;"
	"CREATE UNIQUE INDEX token_by_owner ON token (user, uid, name);"
	"CREATE INDEX token_by_name ON token (name, user, uid);"
	/* The times at which a token changes by itself: see patd/store/store.h. */
	"CREATE INDEX token_by_end ON token (expires_at) WHERE expires_at > 0;"
	"CREATE INDEX token_by_making ON token (created_at);"
	"CREATE INDEX token_by_return ON token (revoked_until) WHERE revoked_until > 0;"
	"CREATE INDEX token_by_start ON token (not_before) WHERE not_before > 0;"
	/* Verifiers of secrets that have ended, by the rotation that ended them. */
	"CREATE TABLE former ("
	"  id TEXT NOT NULL,"
	"  rotation INTEGER NOT NULL,"
	"  verifier BLOB NOT NULL,"
	"  PRIMARY KEY (id, rotation)"
	") WITHOUT ROWID, STRICT;"
	"CREATE TABLE history ("
	"  seq INTEGER PRIMARY KEY," /* the order of time, too, but for resets of it */
	"  at INTEGER NOT NULL,"
	"  event INTEGER NOT NULL," /* numbers: see patd/model/entry.h */
	"  id TEXT NOT NULL,"
	"  user TEXT NOT NULL,"
	"  uid INTEGER NOT NULL,"
	"  name TEXT NOT NULL,"
	"  by_uid INTEGER NOT NULL,"
	"  how INTEGER NOT NULL,"
	"  service TEXT NOT NULL,"
	"  rhost TEXT NOT NULL,"
	"  tty TEXT NOT NULL,"
	"  result INTEGER NOT NULL,"
	"  new_service INTEGER NOT NULL,"
	"  new_network INTEGER NOT NULL,"
	"  unrecorded INTEGER NOT NULL,"
	"  detail TEXT NOT NULL,"
	"  mac BLOB NOT NULL"
	") STRICT;"
	"CREATE INDEX history_by_token ON history (id);"
	"CREATE INDEX history_by_user ON history (user);"
	/* Where a token was used: kind 's', a service, or 'n', a network. */
	"CREATE TABLE seen ("
	"  id TEXT NOT NULL,"
	"  kind TEXT NOT NULL,"
	"  value TEXT NOT NULL,"
	"  PRIMARY KEY (id, kind, value)"
	") WITHOUT ROWID, STRICT;"
	"CREATE TABLE disabled ("
	"  user TEXT PRIMARY KEY," /* empty: everybody */
	"  at INTEGER NOT NULL,"
	"  by_uid INTEGER NOT NULL,"
	"  reason TEXT NOT NULL"
	") WITHOUT ROWID, STRICT;"
	"PRAGMA application_id = 1346458692;" /* APPLICATION_ID: a PRAGMA takes no hexadecimal */
	"PRAGMA user_version = 1;",
	"ALTER TABLE token ADD COLUMN note TEXT NOT NULL DEFAULT '';"
	"PRAGMA user_version = 2;",
	"ALTER TABLE token ADD COLUMN confirm INTEGER NOT NULL DEFAULT 0;"
	"ALTER TABLE history ADD COLUMN command TEXT NOT NULL DEFAULT '';"
	"ALTER TABLE history ADD COLUMN process TEXT NOT NULL DEFAULT '';"
	"ALTER TABLE history ADD COLUMN answered INTEGER NOT NULL DEFAULT 0;"
	"ALTER TABLE history ADD COLUMN answered_by INTEGER NOT NULL DEFAULT 0;"
	"PRAGMA user_version = 3;",
	"ALTER TABLE token ADD COLUMN until TEXT NOT NULL DEFAULT '';"
	"ALTER TABLE token ADD COLUMN until_id TEXT NOT NULL DEFAULT '';"
	/* Sessions that are open; of an earlier boot, none is. */
	"CREATE TABLE session ("
	"  number INTEGER PRIMARY KEY,"
	"  boot TEXT NOT NULL,"
	"  pid INTEGER NOT NULL,"
	"  start_time INTEGER NOT NULL,"
	"  token TEXT NOT NULL,"
	"  name TEXT NOT NULL,"
	"  uid INTEGER NOT NULL,"
	"  user TEXT NOT NULL,"
	"  service TEXT NOT NULL,"
	"  rhost TEXT NOT NULL,"
	"  tty TEXT NOT NULL,"
	"  logind TEXT NOT NULL,"
	"  opened_at INTEGER NOT NULL,"
	"  ending INTEGER NOT NULL"
	") STRICT;"
	"PRAGMA user_version = 4;",
	/* Fleet tokens: see doc/fleet.md.  Two issuers may give a user's tokens the same name. */
	"ALTER TABLE token ADD COLUMN issuer TEXT NOT NULL DEFAULT '';"
	"ALTER TABLE token ADD COLUMN number INTEGER NOT NULL DEFAULT 0;"
	"ALTER TABLE token ADD COLUMN row_hash BLOB NOT NULL DEFAULT x'"
	"0000000000000000000000000000000000000000000000000000000000000000';"
	"ALTER TABLE token ADD COLUMN held INTEGER NOT NULL DEFAULT 0;"
	"ALTER TABLE token ADD COLUMN hosts TEXT NOT NULL DEFAULT '';"
	"DROP INDEX token_by_owner;"
	"DROP INDEX token_by_name;"
	"CREATE UNIQUE INDEX token_by_owner ON token (user, uid, name, issuer);"
	"CREATE INDEX token_by_name ON token (name, user, uid, issuer);"
	"CREATE INDEX token_by_number ON token (issuer, number) WHERE issuer <> '';"
	"CREATE INDEX token_by_hold ON token (id) WHERE held = 1;"
	"CREATE INDEX token_by_fleet_use ON token (last_used_at, issuer)"
	" WHERE issuer <> '' AND last_used_at > 0;"
	/* Rows of issuers that are no tokens: see patd/model/fleet_mark.h. */
	"CREATE TABLE fleet_mark ("
	"  issuer TEXT NOT NULL,"
	"  id TEXT NOT NULL,"
	"  number INTEGER NOT NULL,"
	"  kind INTEGER NOT NULL,"
	"  revoked_at INTEGER NOT NULL,"
	"  revoked_reason TEXT NOT NULL,"
	"  row_hash BLOB NOT NULL,"
	"  mac BLOB NOT NULL,"
	"  PRIMARY KEY (issuer, id)"
	") WITHOUT ROWID, STRICT;"
	"CREATE INDEX fleet_mark_by_number ON fleet_mark (issuer, number);"
	/* Who is revoked before its row has come. */
	"CREATE INDEX fleet_mark_by_token ON fleet_mark (id);"
	"CREATE TABLE fleet_issuer ("
	"  name TEXT PRIMARY KEY,"
	"  number INTEGER NOT NULL,"
	"  rows BLOB NOT NULL,"
	"  last INTEGER NOT NULL,"
	"  beat_at INTEGER NOT NULL,"
	"  beat_key TEXT NOT NULL,"
	"  complete INTEGER NOT NULL,"
	"  mac BLOB NOT NULL"
	") WITHOUT ROWID, STRICT;"
	"PRAGMA user_version = 5;",
};

#define VERSION ((int64_t)(sizeof(schema_steps) / sizeof(schema_steps[0])))

/* SQLite takes a read that fails with EIO for damage of the file. */
static bool is_unreadable(int sqlite_code)
{
	return (sqlite_code & 0xFF) == SQLITE_CORRUPT && errno == EIO;
}

/* SQLite does not keep what the system said of a COMMIT: then errno alone has it. */
static int system_errno(sqlite3 *db)
{
	return errno == EIO || errno == ENOSPC || errno == EDQUOT ? errno
								  : sqlite3_system_errno(db);
}

const char *schema_error(sqlite3 *db, int sqlite_code)
{
	const int kind = sqlite_code & 0xFF;

	if (is_unreadable(sqlite_code))
		return strerror(EIO);
	if (!db || kind == SQLITE_NOMEM || sqlite_code == SQLITE_IOERR_NOMEM)
		return "out of memory";
	if ((kind == SQLITE_IOERR || kind == SQLITE_CANTOPEN) && system_errno(db) != 0)
		return strerror(system_errno(db));
	return sqlite3_errmsg(db);
}

const char *schema_advice(int sqlite_code)
{
	const int kind = sqlite_code & 0xFF;
	const bool damaged = kind == SQLITE_CORRUPT || kind == SQLITE_NOTADB ||
			     kind == SQLITE_ERROR || kind == SQLITE_CONSTRAINT;

	return damaged && !is_unreadable(sqlite_code) ? ": restore it from a backup" : "";
}

int schema_errno(int sqlite_code)
{
	if (is_unreadable(sqlite_code))
		return -EIO;
	/* SQLite knows but one error of a full disk. */
	if ((sqlite_code & 0xFF) == SQLITE_IOERR && errno == EDQUOT)
		return -ENOSPC;
	if (sqlite_code == SQLITE_CONSTRAINT_PRIMARYKEY || sqlite_code == SQLITE_CONSTRAINT_UNIQUE)
		return -EEXIST;
	switch (sqlite_code & 0xFF) {
	case SQLITE_OK:
	case SQLITE_ROW:
	case SQLITE_DONE:
		return 0;
	case SQLITE_FULL:
		return -ENOSPC;
	case SQLITE_CORRUPT:
	case SQLITE_NOTADB:
		return -EBADMSG;
	case SQLITE_NOMEM:
		return -ENOMEM;
	case SQLITE_BUSY:
		return -EBUSY;
	case SQLITE_READONLY:
	case SQLITE_PERM:
		return -EROFS;
	default:
		return -EIO;
	}
}

int schema_number(sqlite3 *db, const char *sql, int64_t *ret_number)
{
	sqlite3_stmt *statement;
	int r;

	errno = 0;
	r = sqlite3_prepare_v2(db, sql, -1, &statement, NULL);
	if (r != SQLITE_OK)
		return r;
	r = sqlite3_step(statement);
	if (r == SQLITE_ROW)
		*ret_number = sqlite3_column_int64(statement, 0);
	sqlite3_finalize(statement);
	return r == SQLITE_ROW ? SQLITE_OK : r == SQLITE_DONE ? SQLITE_CORRUPT : r;
}

/* A code of SQLite's; what is open is undone when the database is closed. */
static int step_up(sqlite3 *db, int64_t version)
{
	int r = sqlite3_exec(db, "BEGIN IMMEDIATE", NULL, NULL, NULL);

	for (int64_t v = version; r == SQLITE_OK && v < VERSION; v++)
		r = sqlite3_exec(db, schema_steps[v], NULL, NULL, NULL);
	if (r == SQLITE_OK)
		r = sqlite3_exec(db, "COMMIT", NULL, NULL, NULL);
	return r;
}

/* Another database, in memory, as the steps up to that version make it. */
static int open_reference(int64_t version, sqlite3 **ret_db)
{
	const int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
	int r = sqlite3_open_v2(":memory:", ret_db, flags, NULL);

	if (r == SQLITE_OK)
		r = connection_harden(*ret_db);
	for (int64_t v = 0; r == SQLITE_OK && v < version; v++)
		r = sqlite3_exec(*ret_db, schema_steps[v], NULL, NULL, NULL);
	return r;
}

/* What an earlier version made, and later ones altered, has the same SQL as what is made anew. */
static int check_objects(sqlite3 *db, const char *path, int64_t version)
{
	sqlite3 *ours = NULL;
	int r;

	errno = 0;
	r = open_reference(version, &ours);
	if (r == SQLITE_OK)
		r = schema_objects_compare(db, ours, path);
	sqlite3_close(ours);
	if (r != SQLITE_OK && r != SQLITE_MISMATCH)
		log_error("the schema of the database %s cannot be checked (%s)%s", path,
			sqlite3_errstr(r), schema_advice(r));
	return r == SQLITE_MISMATCH ? -EBADMSG : schema_errno(r);
}

/* What PRAGMAs tell of a file, and how many objects it has. */
struct description {
	int64_t application, version, utf8, objects;
};

static int describe(sqlite3 *db, struct description *ret)
{
	const struct {
		const char *sql;
		int64_t *number;
	} questions[] = {
		{ "PRAGMA application_id", &ret->application },
		{ "PRAGMA user_version", &ret->version },
		{ "SELECT count(*) FROM pragma_encoding WHERE encoding = 'UTF-8'", &ret->utf8 },
		{ "SELECT count(*) FROM sqlite_schema", &ret->objects },
	};
	int r = SQLITE_OK;

	for (size_t i = 0; r == SQLITE_OK && i < sizeof(questions) / sizeof(questions[0]); i++)
		r = schema_number(db, questions[i].sql, questions[i].number);
	return r;
}

static int check_description(const char *path, const struct description *found)
{
	const int64_t version = found->version;
	const bool ours = found->application == APPLICATION_ID;
	const bool new = found->application == 0 && version == 0 && found->objects == 0;

	/* In UTF-16, two texts that differ are the same to a MAC, which is over UTF-8. */
	if ((!ours && !new) || !found->utf8) {
		log_error("the database %s was not written by patd and was not changed: move it "
			  "away, or use another",
			path);
		return -EBADMSG;
	}
	if (version > VERSION) {
		log_error("the database %s is of version %lld, from a newer patd; this one knows "
			  "%lld: install the newer patd again",
			path, (long long)version, (long long)VERSION);
		return -EPROTONOSUPPORT;
	}
	if (version < 0 || (ours && version == 0)) {
		log_error("the database %s has no valid version: restore it from a backup", path);
		return -EBADMSG;
	}
	return 0;
}

int schema_check(sqlite3 *db, const char *path, int64_t *ret_version)
{
	struct description found = { 0 };
	int r = describe(db, &found);

	if (r != SQLITE_OK) {
		int error = schema_errno(r);

		log_error("the database %s cannot be read (%s)%s", path, schema_error(db, r),
			schema_advice(r));
		return error;
	}
	r = check_description(path, &found);
	/* A new one has nothing yet. */
	if (r == 0 && found.version > 0)
		r = check_objects(db, path, found.version);
	if (r == 0)
		*ret_version = found.version;
	return r;
}

int schema_prepare(sqlite3 *db, const char *path)
{
	int64_t version = 0;
	int r = schema_check(db, path, &version);

	if (r < 0)
		return r;
	/* It stays in the file: not before that is known to be ours. */
	errno = 0;
	r = sqlite3_exec(db, "PRAGMA journal_mode = WAL", NULL, NULL, NULL);
	if (r == SQLITE_OK && version < VERSION)
		r = step_up(db, version);
	if (r != SQLITE_OK) {
		int error = schema_errno(r);

		log_error("cannot prepare the database %s: %s%s", path, schema_error(db, r),
			schema_advice(r));
		return error;
	}
	return 0;
}
