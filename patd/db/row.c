/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A record as a row of SQLite. */
#include "patd/db/row.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void row_bind_text(sqlite3_stmt *statement, int at, const char *text)
{
	(void)sqlite3_bind_text(statement, at, text, -1, SQLITE_STATIC);
}

void row_bind_number(sqlite3_stmt *statement, int at, uint64_t number)
{
	(void)sqlite3_bind_int64(statement, at, (sqlite3_int64)number);
}

void row_bind_blob(sqlite3_stmt *statement, int at, const void *bytes, size_t size)
{
	(void)sqlite3_bind_blob64(statement, at, bytes, size, SQLITE_STATIC);
}

bool row_text(sqlite3_stmt *statement, int at, char *ret_text, size_t size)
{
	/* As bytes: SQLite would make a copy for the sake of a NUL.  NULL where there are none. */
	const void *text = sqlite3_column_blob(statement, at);
	size_t len = (size_t)sqlite3_column_bytes(statement, at);

	if (sqlite3_column_type(statement, at) != SQLITE_TEXT || len >= size ||
		(text && memchr(text, '\0', len)))
		return false;
	if (text)
		memcpy(ret_text, text, len);
	ret_text[len] = '\0';
	return true;
}

bool row_blob(sqlite3_stmt *statement, int at, void *ret_bytes, size_t size)
{
	const void *bytes = sqlite3_column_blob(statement, at);

	if (!bytes || (size_t)sqlite3_column_bytes(statement, at) != size)
		return false;
	memcpy(ret_bytes, bytes, size);
	return true;
}

bool row_number(sqlite3_stmt *statement, int at, uint64_t max, uint64_t *ret_number)
{
	sqlite3_int64 number = sqlite3_column_int64(statement, at);

	if (sqlite3_column_type(statement, at) != SQLITE_INTEGER || number < 0 ||
		(uint64_t)number > max)
		return false;
	*ret_number = (uint64_t)number;
	return true;
}

static void bind_field(
	sqlite3_stmt *statement, int at, const struct field *field, const void *member)
{
	if (FIELD_IS_TEXT(field->kind))
		row_bind_text(statement, at, member);
	else if (FIELD_IS_BYTES(field->kind))
		row_bind_blob(statement, at, member, field->size);
	else
		row_bind_number(statement, at, field_number(field, member));
}

static bool read_text(sqlite3_stmt *statement, int at, const struct field *field, char *ret_text)
{
	if (!row_text(statement, at, ret_text, field->size))
		return false;
	return field_text_valid(field->kind, ret_text);
}

/* A value that patd cannot have written is damage, not data. */
static bool read_field(sqlite3_stmt *statement, int at, const struct field *field, void *ret_member)
{
	uint64_t number;

	if (FIELD_IS_TEXT(field->kind))
		return read_text(statement, at, field, ret_member);
	if (FIELD_IS_BYTES(field->kind))
		return row_blob(statement, at, ret_member, field->size);
	return row_number(statement, at, field->max, &number) &&
	       field_set_number(field, number, ret_member);
}

void row_bind(sqlite3_stmt *statement, const struct table *table, const void *record)
{
	for (size_t i = 0; i < table->n; i++)
		bind_field(statement, (int)i + 1, &table->fields[i],
			(const char *)record + table->fields[i].offset);
}

int row_read(sqlite3_stmt *statement, const struct table *table, void *ret_record)
{
	memset(ret_record, 0, table->size);
	for (size_t i = 0; i < table->n; i++)
		if (!read_field(statement, (int)i, &table->fields[i],
			    (char *)ret_record + table->fields[i].offset)) {
			memset(ret_record, 0, table->size);
			return -EBADMSG;
		}
	return 0;
}

/* What stands in the place of a word in braces. */
static bool put_list(FILE *to, bool columns, const struct table *table)
{
	bool put = true;

	for (size_t i = 0; put && i < table->n; i++)
		put = columns ? fprintf(to, "%s%s", i > 0 ? ", " : "", table->fields[i].column) >= 0
			      : fprintf(to, "%s?%zu", i > 0 ? ", " : "", i + 1) >= 0;
	return put;
}

/* False: not all of it.  Without memory ferror() need not tell, and a part of it may be SQL, too.
 */
static bool put_sql(FILE *to, const char *sql, const struct table *table)
{
	const char *brace;

	while ((brace = strchr(sql, '{')) != NULL) {
		const size_t len = (size_t)(brace - sql);

		if (fwrite(sql, 1, len, to) != len || !put_list(to, brace[1] == 'c', table))
			return false;
		sql = brace + strcspn(brace, "}") + 1;
	}
	return fputs(sql, to) >= 0 && fflush(to) == 0;
}

int row_prepare(sqlite3 *db, const char *sql, const struct table *table, unsigned int flags,
	sqlite3_stmt **ret_statement)
{
	char *text = NULL;
	size_t size;
	FILE *to = open_memstream(&text, &size);
	int r = SQLITE_NOMEM;
	bool put;

	if (!to)
		return r;
	put = put_sql(to, sql, table);
	if (fclose(to) == 0 && put && text)
		r = sqlite3_prepare_v3(db, text, -1, flags, ret_statement, NULL);
	free(text);
	return r;
}
