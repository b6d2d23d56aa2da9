/* What the database knows of itself: the table meta. */
#include <errno.h>

#include "patd/row.h"
#include "patd/store_private.h"

int store_get_key_check(struct store *store, void *ret_value, size_t size)
{
	sqlite3_stmt *statement = store->prepared[GET_META];
	int r;

	row_bind_text(statement, 1, "key_check");
	r = sqlite3_step(statement);
	if (r == SQLITE_ROW)
		r = row_blob(statement, 0, ret_value, size) ? 0 : -EBADMSG;
	else
		r = r == SQLITE_DONE ? -ENOENT : store_failure(store, r);
	sqlite3_reset(statement);
	return r;
}

int store_set_number(struct store *store, const char *key, uint64_t number)
{
	row_bind_text(store->prepared[SET_META], 1, key);
	row_bind_number(store->prepared[SET_META], 2, number);
	return store_run(store, SET_META);
}

/* 0 where there is none. */
static int get_number(struct store *store, const char *key, uint64_t *ret_number)
{
	sqlite3_stmt *statement = store->prepared[GET_META];
	int r;

	row_bind_text(statement, 1, key);
	r = sqlite3_step(statement);
	if (r == SQLITE_ROW)
		r = row_number(statement, 0, INT64_MAX, ret_number) ? 0 : -EBADMSG;
	else if (r == SQLITE_DONE)
		*ret_number = 0, r = 0;
	else
		r = store_failure(store, r);
	sqlite3_reset(statement);
	return r;
}

int store_get_time(struct store *store, uint64_t *ret_time)
{
	return get_number(store, "time", ret_time);
}

int store_get_daily(struct store *store, uint64_t *ret_time)
{
	return get_number(store, "daily", ret_time);
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
	return touch_number(store, "time", time);
}

int store_touch_daily(struct store *store, uint64_t time)
{
	return touch_number(store, "daily", time);
}

static int set_key_check(struct store *store, const void *subject)
{
	row_bind_text(store->prepared[SET_META], 1, "key_check");
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
