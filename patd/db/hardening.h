/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What each connection to a database is told before it reads the file. */
#pragma once

#include <sqlite3.h>

/*
 * The file is not trusted: somebody else may have written it.  Whatever stands in its schema, no
 * trigger runs, no view is read, no function of an extension is called, and no other database or
 * extension is loaded.  A code of SQLite's; SQLITE_MISUSE: it cannot be told so.
 */
int connection_harden(sqlite3 *db);
