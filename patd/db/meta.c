/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the database knows of itself as a whole. */
#include "patd/db/meta.h"

#include <errno.h>

#include "patd/db/row.h"
#include "patd/db/statements.h"
#include "patd/db/transaction.h"

#define KEY_CHECK "key_check"

/* Steps to the value of a key; -ENOENT if there is none.  The caller resets the statement. */
static int get_value(struct database *database, const char *key)
{
	int r;

	row_bind_text(statement_get(database->statements, DATABASE_GET_META), 1, key);
	r = statement_step(database->statements, DATABASE_GET_META);
	return r < 0 ? r : r > 0 ? 0 : -ENOENT;
}

int meta_get_bytes(struct database *database, const char *key, void *ret_bytes, size_t len)
{
	sqlite3_stmt *statement = statement_get(database->statements, DATABASE_GET_META);
	int r = get_value(database, key);

	if (r == 0 && !row_blob(statement, 0, ret_bytes, len))
		r = -EBADMSG;
	sqlite3_reset(statement);
	return r;
}

int meta_set_bytes(struct database *database, const char *key, const void *bytes, size_t len)
{
	sqlite3_stmt *statement = statement_get(database->statements, DATABASE_SET_META);

	row_bind_text(statement, 1, key);
	row_bind_blob(statement, 2, bytes, len);
	return statement_run(database->statements, DATABASE_SET_META);
}

int meta_touch_bytes(struct database *database, const char *key, const void *bytes, size_t len)
{
	int r = usage_write(database);

	return r < 0 ? r : meta_set_bytes(database, key, bytes, len);
}

int meta_get_key_check(struct database *database, uint8_t ret_value[static KEY_CHECK_LEN])
{
	return meta_get_bytes(database, KEY_CHECK, ret_value, KEY_CHECK_LEN);
}

int meta_get_number(struct database *database, const char *key, uint64_t *ret_number)
{
	sqlite3_stmt *statement = statement_get(database->statements, DATABASE_GET_META);
	uint64_t number = 0;
	int r = get_value(database, key);

	if (r == 0 && !row_number(statement, 0, INT64_MAX, &number))
		r = -EBADMSG;
	sqlite3_reset(statement);
	if (r < 0 && r != -ENOENT)
		return r;
	*ret_number = number;
	return 0;
}

int meta_set_number(struct database *database, const char *key, uint64_t number)
{
	sqlite3_stmt *statement = statement_get(database->statements, DATABASE_SET_META);

	row_bind_text(statement, 1, key);
	row_bind_number(statement, 2, number);
	return statement_run(database->statements, DATABASE_SET_META);
}

int meta_touch_number(struct database *database, const char *key, uint64_t number)
{
	int r = usage_write(database);

	return r < 0 ? r : meta_set_number(database, key, number);
}

struct key_check {
	struct database *database;
	const uint8_t *value;
};

static int set_key_check(void *userdata)
{
	const struct key_check *check = userdata;

	return meta_set_bytes(check->database, KEY_CHECK, check->value, KEY_CHECK_LEN);
}

int meta_set_key_check(struct database *database, const uint8_t value[static KEY_CHECK_LEN])
{
	struct key_check check = { database, value };

	return transaction_run(database, false, set_key_check, &check);
}

int meta_has_tokens(struct database *database, bool *ret_has)
{
	return statement_has_row(database->statements, DATABASE_HAS_TOKENS, ret_has);
}
