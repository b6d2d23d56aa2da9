/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The tables and indexes of a database, compared with those that it should have. */
#pragma once

#include <sqlite3.h>

/*
 * Whether db has the tables and indexes of ours, by the same SQL, and nothing else.  A code of
 * SQLite's; SQLITE_MISMATCH: it has not, and the first that differs was logged.  path: what db is
 * called in messages.
 */
int schema_objects_compare(sqlite3 *db, sqlite3 *ours, const char *path);
