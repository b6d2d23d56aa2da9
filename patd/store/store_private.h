/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the files of the store share among themselves. */
#pragma once

#include "patd/db/statements.h"
#include "patd/store/store.h"

struct store {
	struct database *database;
	struct statements *statements, *disabled; /* of tokens; of who is disabled */
	struct statements *sessions, *marks, *ledgers;
	uint64_t damaged;           /* rows that lists have skipped, in all */
	bool looked, none_disabled; /* whether it is known that nobody is disabled */
};

/* Each prepares its statements. */
int store_open_disabled(struct store *store);
int store_open_sessions(struct store *store);
int store_open_fleet(struct store *store);
