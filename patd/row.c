#include "patd/row.h"

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
	const char *text = (const char *)sqlite3_column_text(statement, at);
	size_t len = (size_t)sqlite3_column_bytes(statement, at);

	if (!text || len >= size || strlen(text) != len)
		return false;
	memcpy(ret_text, text, len + 1);
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

void row_bind(sqlite3_stmt *statement, const struct token *token)
{
	row_bind_text(statement, 1, token->id.text);
	row_bind_text(statement, 2, token->user);
	row_bind_number(statement, 3, token->uid);
	row_bind_text(statement, 4, token->name);
	row_bind_blob(statement, 5, token->verifier, sizeof(token->verifier));
	row_bind_number(statement, 6, token->created_at);
	row_bind_number(statement, 7, token->expires_at);
	row_bind_number(statement, 8, token->revoked_at);
	row_bind_number(statement, 9, token->last_used_at);
	row_bind_text(statement, 10, token->last_used_service);
	row_bind_blob(statement, 11, token->mac, sizeof(token->mac));
}

int row_read(sqlite3_stmt *statement, struct token *ret_token)
{
	struct token row = { 0 };
	uint64_t uid;

	/* What no patd can have written is damage, not data. */
	if (!row_text(statement, 0, row.id.text, sizeof(row.id.text)) ||
		!pat_id_valid(row.id.text) || !row_text(statement, 1, row.user, sizeof(row.user)) ||
		pat_name_problem(row.user) || !row_number(statement, 2, UINT32_MAX, &uid) ||
		!row_text(statement, 3, row.name, sizeof(row.name)) || pat_name_problem(row.name) ||
		!row_blob(statement, 4, row.verifier, sizeof(row.verifier)) ||
		!row_number(statement, 5, INT64_MAX, &row.created_at) ||
		!row_number(statement, 6, INT64_MAX, &row.expires_at) ||
		!row_number(statement, 7, INT64_MAX, &row.revoked_at) ||
		!row_number(statement, 8, INT64_MAX, &row.last_used_at) ||
		!row_text(statement, 9, row.last_used_service, sizeof(row.last_used_service)) ||
		(row.last_used_service[0] != '\0' && pat_name_problem(row.last_used_service)) ||
		!row_blob(statement, 10, row.mac, sizeof(row.mac)))
		return -EBADMSG;
	row.uid = (uint32_t)uid;
	*ret_token = row;
	return 0;
}
