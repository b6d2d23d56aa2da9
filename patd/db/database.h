/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The database: SQLite in WAL mode, one file "patd.db" in the state directory; its place, its
 * lock, who may touch it, and the connection to it.
 *
 * Who keeps something in it has statements of its own on the connection (patd/db/statements.h),
 * and writes inside a transaction (patd/db/transaction.h).
 *
 * Functions return 0 or a negative errno, and log what SQLite said: -ENOSPC disk full, -EBADMSG
 * damaged, -EEXIST a key is taken (which is not logged), -EIO all else.
 */
#pragma once

#include <sqlite3.h>
#include <stdbool.h>

#include "patd/db/image.h"

#define DATABASE_FILE "patd.db" /* in the state directory */

struct statements;

/* The members are for the files of patd/db/. */
struct database {
	int state_fd; /* the directory, locked; -1 for an image */
	char *path;
	sqlite3 *handle;
	struct statements *statements;
	/* See patd/db/transaction.h. */
	const char *usage_sync; /* the pragma that stands outside of changes */
	bool usage_open, usage_written;
	bool unsynced; /* there are changes that database_sync() has not been asked to fold in */
	void (*observer)(bool committed, void *userdata);
	void *observer_data;
};

/*
 * Opens the database in state_dir, which is created 0700 if it is missing, or makes a new one.
 * Takes a lock that keeps a second patd out (-EBUSY).  Refuses, with a message, what is not
 * ours, not writable, damaged, or from a newer version (-EPROTONOSUPPORT).
 */
int database_open(const char *state_dir, struct database **ret_database);

/* The same of an image; path: what it is called in messages. */
int database_open_image(
	const struct image *image, const char *path, struct database **ret_database);

/* Commits usage, syncs, closes: after all statements on it have been freed.  NULL is allowed. */
void database_free(struct database *database);

/* The file; valid as long as the database. */
const char *database_path(const struct database *database);

/*
 * Opens state_dir, made 0700 if it is missing, and locks it against a second patd (-EBUSY).
 * *ret_fd is the directory; closing it gives the lock up.
 */
int database_lock(const char *state_dir, int *ret_fd);

/*
 * Syncs the WAL of the database at path and folds it in, as far as no reader is in the way.
 * For another thread: has a connection of its own.
 */
int database_sync(const char *path);
