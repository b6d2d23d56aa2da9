/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Whose tokens are disabled. */
#include <errno.h>

#include "patd/db/row.h"
#include "patd/store/store_private.h"

enum statement {
	ANY_DISABLED,
	IS_DISABLED,
	DISABLE,
	ENABLE,
	LIST_DISABLED,
	STATEMENTS
};

static const char *const statements[STATEMENTS] = {
	[ANY_DISABLED] = "SELECT 1 FROM disabled LIMIT 1",
	[IS_DISABLED] = "SELECT 1 FROM disabled WHERE user IN ('', ?1)",
	[DISABLE] = "INSERT INTO disabled ({columns}) VALUES ({parameters})",
	[ENABLE] = "DELETE FROM disabled WHERE user = ?1",
	[LIST_DISABLED] = "SELECT {columns} FROM disabled ORDER BY user",
};

static const struct field disabled_fields[] = {
	FIELD(disabled, "user", user, FIELD_ANY_NAME, 0),
	FIELD(disabled, "at", at, FIELD_NUMBER, INT64_MAX),
	FIELD(disabled, "by_uid", by_uid, FIELD_NUMBER32, UINT32_MAX),
	FIELD(disabled, "reason", reason, FIELD_ANY_NAME, 0),
};

static const struct table disabled_table = TABLE(disabled, disabled_fields);

int store_open_disabled(struct store *store)
{
	return statements_new(
		store->database, statements, STATEMENTS, &disabled_table, &store->disabled);
}

int store_is_disabled(struct store *store, const char *user, bool *ret_disabled)
{
	bool any = true;
	int r;

	if (!store->looked) {
		r = statement_has_row(store->disabled, ANY_DISABLED, &any);
		if (r < 0)
			return r;
		store->none_disabled = !any;
		store->looked = true;
	}
	/* So it is most of the time, and every login asks. */
	if (store->none_disabled) {
		*ret_disabled = false;
		return 0;
	}
	row_bind_text(statement_get(store->disabled, IS_DISABLED), 1, user);
	return statement_has_row(store->disabled, IS_DISABLED, ret_disabled);
}

/* In the table everybody's row has the user "". */
static bool is_whole(const struct disabled *disabled)
{
	return disabled->everybody == (disabled->user[0] == '\0');
}

int store_disable(struct store *store, const struct disabled *disabled)
{
	if (!is_whole(disabled))
		return -EINVAL;
	row_bind(statement_get(store->disabled, DISABLE), &disabled_table, disabled);
	store->looked = false;
	return statement_run(store->disabled, DISABLE);
}

int store_enable(struct store *store, const struct disabled *disabled)
{
	if (!is_whole(disabled))
		return -EINVAL;
	row_bind_text(statement_get(store->disabled, ENABLE), 1, disabled->user);
	store->looked = false;
	return statement_run_one(store->disabled, ENABLE);
}

int store_list_disabled(struct store *store, disabled_fn fn, void *userdata)
{
	sqlite3_stmt *statement = statement_get(store->disabled, LIST_DISABLED);
	struct disabled disabled;
	int r;

	while ((r = statement_step(store->disabled, LIST_DISABLED)) > 0) {
		if (row_read(statement, &disabled_table, &disabled) < 0)
			continue;
		disabled.everybody = disabled.user[0] == '\0';
		r = fn(&disabled, userdata);
		if (r != 0)
			break;
	}
	sqlite3_reset(statement);
	return r;
}
