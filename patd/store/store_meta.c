/* What the database knows of itself: the table meta. */
#include <errno.h>

#include "patd/db/row.h"
#include "patd/store/store_private.h"

#define KEY_CHECK "key_check"
#define DAILY "daily"

/* Steps to the value of a key; -ENOENT if there is none.  The caller resets *ret_statement. */
static int find(struct store *store, const char *key, sqlite3_stmt **ret_statement)
{
	sqlite3_stmt *statement = store->prepared[GET_META];
	int r;

	row_bind_text(statement, 1, key);
	r = sqlite3_step(statement);
	*ret_statement = statement;
	return r == SQLITE_ROW ? 0 : r == SQLITE_DONE ? -ENOENT : store_failure(store, r);
}

int store_get_key_check(struct store *store, void *ret_value, size_t size)
{
	sqlite3_stmt *statement;
	int r = find(store, KEY_CHECK, &statement);

	if (r == 0 && !row_blob(statement, 0, ret_value, size))
		r = -EBADMSG;
	sqlite3_reset(statement);
	return r;
}

/* 0 where there is none. */
static int get_number(struct store *store, const char *key, uint64_t *ret_number)
{
	sqlite3_stmt *statement;
	uint64_t number = 0;
	int r = find(store, key, &statement);

	if (r == 0 && !row_number(statement, 0, INT64_MAX, &number))
		r = -EBADMSG;
	sqlite3_reset(statement);
	if (r < 0 && r != -ENOENT)
		return r;
	*ret_number = number;
	return 0;
}

int store_set_number(struct store *store, const char *key, uint64_t number)
{
	row_bind_text(store->prepared[SET_META], 1, key);
	row_bind_number(store->prepared[SET_META], 2, number);
	return store_run(store, SET_META);
}

int store_get_time(struct store *store, uint64_t *ret_time)
{
	return get_number(store, STORE_TIME, ret_time);
}

int store_get_daily(struct store *store, uint64_t *ret_time)
{
	return get_number(store, DAILY, ret_time);
}

static int touch_number(struct store *store, const char *key, uint64_t number)
{
	int r = store_begin_usage(store);

	if (r == 0)
		r = store_set_number(store, key, number);
	store->usage_written = true;
	return r;
}

int store_touch_time(struct store *store, uint64_t time)
{
	return touch_number(store, STORE_TIME, time);
}

int store_touch_daily(struct store *store, uint64_t time)
{
	return touch_number(store, DAILY, time);
}

static int set_key_check(struct store *store, const void *subject)
{
	row_bind_text(store->prepared[SET_META], 1, KEY_CHECK);
	row_bind_blob(store->prepared[SET_META], 2, subject, TOKEN_MAC_LEN);
	return store_run(store, SET_META);
}

int store_set_key_check(struct store *store, const void *value, size_t size)
{
	struct change change = { .fn = set_key_check, .subject = value };
	int r;

	if (size != TOKEN_MAC_LEN)
		return -EINVAL;
	r = store_get_time(store, &change.time);
	return r < 0 ? r : store_change(store, &change);
}
