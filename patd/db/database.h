/* The database as a file: its place, its lock, who may touch it, and a connection set up. */
#ifndef PATD_DB_DATABASE_H
#define PATD_DB_DATABASE_H

#include <sqlite3.h>

#include "patd/db/image.h"

#define DATABASE_FILE "patd.db" /* in the state directory */

/*
 * Opens state_dir, made 0700 if it is missing, and locks it against a second patd (-EBUSY).
 * *ret_fd is the directory; closing it gives the lock up.
 */
int database_lock(const char *state_dir, int *ret_fd);

/*
 * Opens the database at path, in the locked directory state_fd, with the schema prepared.
 * Refuses, with a message logged, what is not ours, not writable, damaged or newer.
 */
int database_open(int state_fd, const char *path, sqlite3 **ret_db);

/* The same of an image; path: what it is called in messages. */
int database_open_image(const struct image *image, const char *path, sqlite3 **ret_db);

/*
 * Syncs the WAL of the database at path and folds it in, as far as no reader is in the way.
 * For another thread than the store's: has a connection of its own.
 */
int database_sync(const char *path);

#endif
