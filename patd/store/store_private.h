/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the files of the store, store*.c, share among themselves. */
#ifndef PATD_STORE_STORE_PRIVATE_H
#define PATD_STORE_STORE_PRIVATE_H

#include "patd/db/statements.h"
#include "patd/store/store.h"

enum store_statement {
	COUNT,
	INSERT,
	GET,
	UPDATE,
	USE,
	DELETE,
	ADD_FORMER,
	DROP_FORMER,
	FORGET_FORMER,
	GET_FORMER,
	ANY_DISABLED,
	IS_DISABLED,
	DISABLE,
	ENABLE,
	LIST_DISABLED,
	STATEMENTS
};

struct store {
	struct database *database;
	struct statements *statements;
	bool looked, none_disabled; /* whether it is known that nobody is disabled */
};

static inline sqlite3_stmt *store_statement(const struct store *store, enum store_statement which)
{
	return statement_get(store->statements, which);
}

#endif
