/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The database's layout, and how an older one becomes the present one. */
#pragma once

#include <sqlite3.h>
#include <stdint.h>

/*
 * Whether the database is new, or patd's: of a version that this patd knows, with all tables and
 * indexes of that version, and nothing else.  -EPROTONOSUPPORT for a newer one, -EBADMSG for a
 * damaged or altered one, or another program's; each has been logged.  Changes nothing.
 */
int schema_check(sqlite3 *db, const char *path, int64_t *ret_version);

/*
 * The same, and then makes an empty database ours, or an older one present, in one transaction, and
 * sets WAL mode.
 */
int schema_prepare(sqlite3 *db, const char *path);

/*
 * Of the call of SQLite's that has just failed, before which errno was set to 0: what SQLite made
 * of it is not always what the system said.
 */

/* What went wrong, in words; valid until the next call. */
const char *schema_error(sqlite3 *db, int sqlite_code);

/* What to do about it, to be put after that: "" where it is not damage. */
const char *schema_advice(int sqlite_code);

/* The number that the query gives.  A code of SQLite's: SQLITE_OK, or what went wrong. */
int schema_number(sqlite3 *db, const char *sql, int64_t *ret_number);

/*
 * The negative errno for an extended result code of SQLite; -EEXIST: a key is taken.  -ENOSPC also
 * where a quota is used up.
 */
int schema_errno(int sqlite_code);
