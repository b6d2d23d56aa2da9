#include "patd/db/row.h"

#include <errno.h>
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
	sqlite3_stmt *statement, int at, const struct token_field *field, const void *member)
{
	switch (field->kind) {
	case FIELD_TEXT:
	case FIELD_NAME:
		row_bind_text(statement, at, member);
		break;
	case FIELD_NUMBER:
		row_bind_number(statement, at, *(const uint64_t *)member);
		break;
	case FIELD_NUMBER32:
		row_bind_number(statement, at, *(const uint32_t *)member);
		break;
	case FIELD_BYTES:
		row_bind_blob(statement, at, member, field->size);
		break;
	}
}

/* What no patd can have written is damage, not data. */
static bool read_field(
	sqlite3_stmt *statement, int at, const struct token_field *field, void *ret_member)
{
	uint64_t number;

	switch (field->kind) {
	case FIELD_TEXT:
		return row_text(statement, at, ret_member, field->size) &&
		       !pat_text_problem(ret_member);
	case FIELD_NAME:
		return row_text(statement, at, ret_member, field->size) &&
		       !pat_name_problem(ret_member);
	case FIELD_NUMBER:
		return row_number(statement, at, INT64_MAX, ret_member);
	case FIELD_NUMBER32:
		if (!row_number(statement, at, UINT32_MAX, &number))
			return false;
		*(uint32_t *)ret_member = (uint32_t)number;
		return true;
	case FIELD_BYTES:
		return row_blob(statement, at, ret_member, field->size);
	}
	return false;
}

void row_bind(sqlite3_stmt *statement, const struct token *token)
{
	for (int i = 0; i < TOKEN_FIELDS; i++)
		bind_field(statement, i + 1, &token_fields[i],
			(const char *)token + token_fields[i].offset);
}

int row_read(sqlite3_stmt *statement, struct token *ret_token)
{
	struct token row = { 0 };

	for (int i = 0; i < TOKEN_FIELDS; i++)
		if (!read_field(
			    statement, i, &token_fields[i], (char *)&row + token_fields[i].offset))
			return -EBADMSG;
	if (!pat_id_valid(row.id.text))
		return -EBADMSG;
	*ret_token = row;
	return 0;
}
