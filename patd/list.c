#include "patd/list.h"

#include <stddef.h>
#include <string.h>

#include "patd/log.h"
#include "patd/row.h"
#include "patd/schema.h"

/* What a filter can ask; the parameters' numbers are fixed, the parts are not. */
#define SELECT "SELECT " ROW_COLUMNS " FROM token WHERE true"
#define BY_USER " AND user = ?1"
#define BY_UID " AND uid = ?2"
#define BY_NAME " AND name = ?3"
#define AFTER " AND (user, uid, name) > (?4, ?5, ?6)"
#define ORDER " ORDER BY user, uid, name"
#define BY_ID_PREFIX " AND id >= ?7 AND id < ?7 || '~'" /* '~' is behind every base62 digit */
#define AFTER_ID " AND id > ?8"
#define ORDER_BY_ID " ORDER BY id"

#define SQL_MAX sizeof(SELECT BY_USER BY_UID BY_NAME AFTER BY_ID_PREFIX AFTER_ID ORDER ORDER_BY_ID)

/* A statement for each combination would be kept for few calls: they are compiled. */
static int prepare(sqlite3 *db, const struct list_filter *filter, sqlite3_stmt **ret_statement)
{
	const struct {
		bool wanted;
		const char *sql;
	} parts[] = {
		{ true, SELECT },
		{ filter->user != NULL, BY_USER },
		{ filter->by_uid, BY_UID },
		{ filter->name != NULL, BY_NAME },
		{ filter->after_user != NULL, AFTER },
		{ filter->id_prefix != NULL, BY_ID_PREFIX },
		{ filter->after_id != NULL, AFTER_ID },
		{ filter->id_prefix == NULL, ORDER },
		{ filter->id_prefix != NULL, ORDER_BY_ID },
	};
	char sql[SQL_MAX] = "";
	char *end = sql;

	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
		if (parts[i].wanted)
			end = stpcpy(end, parts[i].sql);
	return sqlite3_prepare_v2(db, sql, -1, ret_statement, NULL);
}

static void bind(sqlite3_stmt *statement, const struct list_filter *filter)
{
	/* A parameter that the statement has not got is refused, which is as well. */
	row_bind_text(statement, 1, filter->user);
	row_bind_number(statement, 2, filter->uid);
	row_bind_text(statement, 3, filter->name);
	row_bind_text(statement, 4, filter->after_user);
	row_bind_number(statement, 5, filter->after_uid);
	row_bind_text(statement, 6, filter->after_name);
	row_bind_text(statement, 7, filter->id_prefix);
	row_bind_text(statement, 8, filter->after_id);
}

int list_rows(sqlite3 *db, const struct list_filter *filter, list_row_fn fn, void *userdata)
{
	sqlite3_stmt *statement;
	struct token token;
	int step = SQLITE_DONE, r;

	r = prepare(db, filter, &statement);
	if (r != SQLITE_OK) {
		log_error("the database failed: %s", sqlite3_errmsg(db));
		return schema_errno(r);
	}
	bind(statement, filter);
	while (r == 0 && (step = sqlite3_step(statement)) == SQLITE_ROW) {
		/* One damaged row hides no other. */
		if (row_read(statement, &token) < 0)
			log_error("left a damaged row out of a list");
		else
			r = fn(&token, userdata);
	}
	if (r == 0 && step != SQLITE_DONE) {
		log_error("the database failed: %s", sqlite3_errmsg(db));
		r = schema_errno(step);
	}
	sqlite3_finalize(statement);
	return r;
}
