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
#include <stdint.h>
#include <time.h>

#include "patd/db/image.h"

#define DATABASE_FILE "patd.db" /* in the state directory */

struct statements;
struct sync;

/* What is known of the WAL on the disk. */
enum wal_state {
	WAL_SOUND,    /* a sync that succeeds covers all of it */
	WAL_SUSPECT,  /* it must be written back first: see patd/db/wal.h */
	WAL_UNEMPTIED /* it is empty, and on disk perhaps not */
};

/* The members are for the files of patd/db/. */
struct database {
	int state_fd; /* the directory, locked; -1 for an image */
	char *path;
	sqlite3 *handle;
	struct statements *statements;
	/* See patd/db/transaction.h. */
	bool usage_open;
	void (*observer)(bool committed, void *userdata);
	void *observer_data;
	bool reserve_spent;   /* what is left on the disk is for what takes access away */
	time_t reserve_tried; /* when it was to be made again last, by CLOCK_MONOTONIC */
	/* See patd/db/wal.h and patd/db/sync.h. */
	int wal_fd; /* -1 for an image */
	enum wal_state wal_state;
	uint32_t page_size;
	uint32_t wal_frames; /* committed in it */
	bool wal_kept;       /* it was folded in and not emptied: SQLite may begin it anew */
	bool syncs_header;   /* SQLite does, when it begins it anew */
	bool paused;
	uint64_t written;  /* transactions so far */
	uint64_t commits;  /* those to be on disk before they are acknowledged */
	struct sync *sync; /* NULL: who commits syncs; else what is told of it */
	void (*wake)(struct sync *sync);
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

/*
 * Commits usage, folds the WAL in, closes: after all statements on it have been freed, and its
 * struct sync.  NULL is allowed.
 */
void database_free(struct database *database);

/* The file; valid as long as the database. */
const char *database_path(const struct database *database);

/*
 * Opens state_dir, made 0700 if it is missing, and locks it against a second patd (-EBUSY).
 * *ret_fd is the directory; closing it gives the lock up.
 */
int database_lock(const char *state_dir, int *ret_fd);

/* Gives back the memory that was needed under load. */
void database_shrink(struct database *database);

/*
 * Syncs the WAL, folds it into the database, and empties it; nobody may write meanwhile.  For
 * another thread: has a connection of its own.  *ret_state: how the WAL is then, also on failure.
 * Logs nothing.  -EBUSY: a reader is in the way.
 */
int database_fold(const char *path, int wal_fd, enum wal_state *ret_state);

/*
 * The connections of patd's process share the database among themselves, and with nobody else: the
 * index of the WAL is in memory, so it needs no room on the disk, and a lock no system call.
 */
#define DATABASE_VFS "unix-excl"
