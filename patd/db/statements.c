/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A table of prepared statements. */
#include "patd/db/statements.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "patd/db/row.h"
#include "patd/db/schema.h"
#include "patd/util/log.h"

#define KEPT_MAX 4U

/* One that was compiled later. */
struct kept {
	char *sql;
	sqlite3_stmt *statement; /* NULL: none is */
	bool used;               /* until it is released */
	uint64_t when;           /* it was compiled, or used last */
};

struct statements {
	sqlite3 *handle;
	const struct table *table;
	struct kept kept[KEPT_MAX];
	uint64_t uses; /* of kept */
	size_t n;
	sqlite3_stmt *prepared[];
};

int statement_failure(const struct statements *statements, int sqlite_code)
{
	int r = schema_errno(sqlite_code);

	log_error("the database failed: %s", schema_error(statements->handle, sqlite_code));
	return r;
}

int statements_new(struct database *database, const char *const *sql, size_t n,
	const struct table *table, struct statements **ret_statements)
{
	struct statements *statements = calloc(1, sizeof(*statements) + n * sizeof(void *));

	if (!statements)
		return -ENOMEM;
	statements->handle = database->handle;
	statements->table = table;
	statements->n = n;
	for (size_t i = 0; i < n; i++) {
		errno = 0;
		int r = row_prepare(database->handle, sql[i], table, SQLITE_PREPARE_PERSISTENT,
			&statements->prepared[i]);

		if (r != SQLITE_OK) {
			int error = schema_errno(r);

			log_error("the database %s cannot be used (%s)%s", database->path,
				schema_error(database->handle, r), schema_advice(r));
			statements_free(statements);
			return error;
		}
	}
	*ret_statements = statements;
	return 0;
}

void statements_free(struct statements *statements)
{
	if (!statements)
		return;
	for (size_t i = 0; i < statements->n; i++)
		sqlite3_finalize(statements->prepared[i]);
	for (size_t i = 0; i < KEPT_MAX; i++) {
		sqlite3_finalize(statements->kept[i].statement);
		free(statements->kept[i].sql);
	}
	free(statements);
}

sqlite3_stmt *statement_get(const struct statements *statements, unsigned int which)
{
	return statements->prepared[which];
}

int statement_step(const struct statements *statements, unsigned int which)
{
	int r;

	errno = 0;
	r = sqlite3_step(statements->prepared[which]);
	if (r == SQLITE_ROW || r == SQLITE_DONE)
		return r == SQLITE_ROW;
	if (schema_errno(r) == -EEXIST)
		return -EEXIST;
	return statement_failure(statements, r);
}

int statement_has_row(const struct statements *statements, unsigned int which, bool *ret_has)
{
	int r = statement_step(statements, which);

	sqlite3_reset(statements->prepared[which]);
	if (r < 0)
		return r;
	*ret_has = r > 0;
	return 0;
}

int statement_run(const struct statements *statements, unsigned int which)
{
	int r = statement_step(statements, which);

	sqlite3_reset(statements->prepared[which]);
	sqlite3_clear_bindings(statements->prepared[which]);
	return r < 0 ? r : 0;
}

int statement_run_one(const struct statements *statements, unsigned int which)
{
	int r = statement_run(statements, which);

	if (r < 0)
		return r;
	/* Each names its row by the key: there are no two. */
	switch (sqlite3_changes(statements->handle)) {
	case 0:
		return -ENOENT;
	case 1:
		return 0;
	default:
		log_error("the database has a row twice: restore it from a backup");
		return -EBADMSG;
	}
}

static struct kept *find_kept(struct statements *statements, const char *sql)
{
	for (struct kept *kept = statements->kept; kept < &statements->kept[KEPT_MAX]; kept++)
		if (kept->statement && !kept->used && strcmp(kept->sql, sql) == 0)
			return kept;
	return NULL;
}

/* The index of the one used least recently; KEPT_MAX: all are in use. */
static size_t oldest_kept(const struct statements *statements)
{
	const struct kept *kept = statements->kept;
	size_t oldest = KEPT_MAX;

	for (size_t i = 0; i < KEPT_MAX; i++)
		if (!kept[i].used && (oldest == KEPT_MAX || kept[i].when < kept[oldest].when))
			oldest = i;
	return oldest;
}

/* Without a place, or memory, it is compiled again for its next use. */
static void keep(struct statements *statements, const char *sql, sqlite3_stmt *statement)
{
	const size_t oldest = oldest_kept(statements);
	char *copy = oldest < KEPT_MAX ? strdup(sql) : NULL;
	struct kept *kept;

	if (!copy)
		return;
	kept = &statements->kept[oldest];
	sqlite3_finalize(kept->statement);
	free(kept->sql);
	*kept = (struct kept) { copy, statement, true, ++statements->uses };
}

int statement_compile(struct statements *statements, const char *sql, sqlite3_stmt **ret_statement)
{
	struct kept *kept = find_kept(statements, sql);
	int r;

	errno = 0;
	if (kept) {
		kept->used = true;
		kept->when = ++statements->uses;
		*ret_statement = kept->statement;
		return 0;
	}
	r = row_prepare(statements->handle, sql, statements->table, 0, ret_statement);
	if (r != SQLITE_OK)
		return statement_failure(statements, r);
	keep(statements, sql, *ret_statement);
	return 0;
}

void statement_release(struct statements *statements, sqlite3_stmt *statement)
{
	for (struct kept *kept = statements->kept; kept < &statements->kept[KEPT_MAX]; kept++)
		if (kept->statement == statement) {
			/* What was bound is somebody else's. */
			sqlite3_reset(statement);
			sqlite3_clear_bindings(statement);
			kept->used = false;
			return;
		}
	sqlite3_finalize(statement);
}
