/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The statements of the store. */
#include <errno.h>
#include <stdlib.h>

#include "patd/store/store_private.h"

static const char *const statements[STATEMENTS] = {
	[COUNT] =
		"SELECT count(*) FROM (SELECT 1 FROM token WHERE user = ?1 AND uid = ?2 LIMIT ?3)",
	[INSERT] = "INSERT INTO token ({columns}) VALUES ({parameters})",
	[GET] = "SELECT {columns} FROM token WHERE id = ?1",
	[UPDATE] = "UPDATE token SET ({columns}) = ({parameters}) WHERE id = ?1",
	/* What a use changes has no index. */
	[USE] = ("UPDATE token SET former_until = ?2, uses = ?3, last_used_at = ?4,"
		 " last_used_service = ?5, last_used_from = ?6, mac = ?7 WHERE id = ?1"),
	[DELETE] = "DELETE FROM token WHERE id = ?1",
	[ADD_FORMER] = "INSERT OR REPLACE INTO former (id, rotation, verifier) VALUES (?1, ?2, ?3)",
	[DROP_FORMER] = "DELETE FROM former WHERE id = ?1 AND rotation <= ?2",
	[FORGET_FORMER] = "DELETE FROM former WHERE id = ?1",
	[GET_FORMER] = "SELECT verifier FROM former WHERE id = ?1",
	[ANY_DISABLED] = "SELECT 1 FROM disabled LIMIT 1",
	[IS_DISABLED] = "SELECT 1 FROM disabled WHERE user IN ('', ?1)",
	[DISABLE] = "INSERT INTO disabled (user, at, by_uid, reason) VALUES (?1, ?2, ?3, ?4)",
	[ENABLE] = "DELETE FROM disabled WHERE user = ?1",
	[LIST_DISABLED] = "SELECT user, at, by_uid, reason FROM disabled ORDER BY user",
};

int store_new(struct database *database, struct store **ret_store)
{
	struct store *store = calloc(1, sizeof(*store));
	int r;

	if (!store)
		return -ENOMEM;
	store->database = database;
	r = statements_new(database, statements, STATEMENTS, &token_table, &store->statements);
	if (r < 0) {
		store_free(store);
		return r;
	}
	*ret_store = store;
	return 0;
}

void store_free(struct store *store)
{
	if (!store)
		return;
	statements_free(store->statements);
	free(store);
}
