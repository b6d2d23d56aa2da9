/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Who is disabled. */
#include <errno.h>

#include "patd/db/row.h"
#include "patd/store/store_private.h"

/* Whether the statement gives a row; binds nothing. */
static int any_row(struct store *store, enum store_statement which, bool *ret_any)
{
	int r = statement_step(store->statements, which);

	sqlite3_reset(store_statement(store, which));
	if (r < 0)
		return r;
	*ret_any = r > 0;
	return 0;
}

int store_is_disabled(struct store *store, const char *user, bool *ret_disabled)
{
	bool any = true;
	int r;

	if (!store->looked) {
		r = any_row(store, ANY_DISABLED, &any);
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
	row_bind_text(store_statement(store, IS_DISABLED), 1, user);
	return any_row(store, IS_DISABLED, ret_disabled);
}

int store_disable(struct store *store, const struct disabled *disabled)
{
	sqlite3_stmt *statement = store_statement(store, DISABLE);

	row_bind_text(statement, 1, disabled->user);
	row_bind_number(statement, 2, disabled->at);
	row_bind_number(statement, 3, disabled->by_uid);
	row_bind_text(statement, 4, disabled->reason);
	store->looked = false;
	return statement_run(store->statements, DISABLE);
}

int store_enable(struct store *store, const char *user)
{
	row_bind_text(store_statement(store, ENABLE), 1, user);
	store->looked = false;
	return statement_run_one(store->statements, ENABLE);
}

int store_list_disabled(struct store *store, disabled_fn fn, void *userdata)
{
	sqlite3_stmt *statement = store_statement(store, LIST_DISABLED);
	int r;

	while ((r = statement_step(store->statements, LIST_DISABLED)) > 0) {
		struct disabled disabled;
		uint64_t uid;

		if (!row_text(statement, 0, disabled.user, sizeof(disabled.user)) ||
			!row_number(statement, 1, INT64_MAX, &disabled.at) ||
			!row_number(statement, 2, UINT32_MAX, &uid) ||
			!row_text(statement, 3, disabled.reason, sizeof(disabled.reason)) ||
			(disabled.user[0] != '\0' && pat_name_problem(disabled.user)) ||
			(disabled.reason[0] != '\0' && pat_name_problem(disabled.reason)))
			continue;
		disabled.by_uid = (uint32_t)uid;
		r = fn(&disabled, userdata);
		if (r != 0)
			break;
	}
	sqlite3_reset(statement);
	return r;
}
