/* What the files of the store, store*.c, share among themselves. */
#ifndef PATD_STORE_STORE_PRIVATE_H
#define PATD_STORE_STORE_PRIVATE_H

#include <sqlite3.h>

#include "patd/store/store.h"

enum statement {
	BEGIN,
	BEGIN_USAGE,
	COMMIT,
	ROLLBACK,
	GET_META,
	SET_META,
	HAS_TOKENS,
	COUNT,
	INSERT,
	GET,
	UPDATE,
	USE,
	DELETE,
	ADD_FORMER,
	DROP_FORMER,
	FORGET_FORMER,
	GET_FORMER,
	IS_DISABLED,
	DISABLE,
	ENABLE,
	LIST_DISABLED,
	STATEMENTS
};

struct store {
	int state_fd; /* the directory, locked */
	char *path;
	sqlite3 *db;
	sqlite3_stmt *prepared[STATEMENTS];
	struct history_rows *history;
	const char *usage_sync; /* the pragma that stands outside of changes of life */
	bool usage_open, usage_written;
	bool none_disabled; /* known to be so */
	bool unsynced;
};

/* Logs what SQLite said and returns the negative errno. */
int store_failure(struct store *store, int sqlite_code);

/* Runs a statement that gives no row, and makes it ready for its next use. */
int store_run(struct store *store, enum statement which);

/* Writes one number below a key of the table meta: the latest time seen, or another. */
#define STORE_TIME "time"
int store_set_number(struct store *store, const char *key, uint64_t number);

/*
 * A change of life: fn makes it, inside a transaction that has the note, too, and the time as
 * the latest seen; on disk when this returns 0.  What fn returns below 0 undoes it.  spare: on a
 * full disk the room that is kept for it may be used.
 */
struct change {
	int (*fn)(struct store *store, const void *subject);
	const void *subject;
	const struct note *note; /* NULL: none */
	uint64_t time;
	bool spare;
};
int store_change(struct store *store, const struct change *change);

/* Finds out whether anybody is disabled. */
int store_look_for_disabled(struct store *store);

/* store_run(), and -ENOENT if no row was changed by it. */
int store_run_one(struct store *store, enum statement which);

#endif
