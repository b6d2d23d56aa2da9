/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A table of statements, prepared once on a database and run by their index. */
#pragma once

#include "common/field.h"
#include "patd/db/database.h"

/*
 * Prepares n statements, in whose text {columns} and {parameters} stand for those of the table:
 * see row_prepare().  -EBADMSG, logged, on a database that has not got what they name.
 */
int statements_new(struct database *database, const char *const *sql, size_t n,
	const struct table *table, struct statements **ret_statements);

/* NULL is allowed. */
void statements_free(struct statements *statements);

/* To bind to, and to read from. */
sqlite3_stmt *statement_get(const struct statements *statements, unsigned int which);

/* 1: the statement is on a row; 0: there is no further one.  The caller resets it. */
int statement_step(const struct statements *statements, unsigned int which);

/* Whether it gives a row; the statement is then reset. */
int statement_has_row(const struct statements *statements, unsigned int which, bool *ret_has);

/* Runs a statement that gives no row, and makes it ready for its next use. */
int statement_run(const struct statements *statements, unsigned int which);

/* The same, and -ENOENT if no row was changed by it; -EBADMSG, logged, if several were. */
int statement_run_one(const struct statements *statements, unsigned int which);

/*
 * Another one, with the same table, which statement_release() ends.  The latest few are kept: what
 * is read in slices asks for the same one for each.
 */
int statement_compile(struct statements *statements, const char *sql, sqlite3_stmt **ret_statement);
void statement_release(struct statements *statements, sqlite3_stmt *statement);

/* Logs what SQLite said, and returns the negative errno. */
int statement_failure(const struct statements *statements, int sqlite_code);
