/* One page of tokens from the database, by filter, in the order (user, uid, name). */
#ifndef PATD_LIST_H
#define PATD_LIST_H

#include <sqlite3.h>
#include <stdbool.h>
#include <stdint.h>

#include "patd/token.h"

/* Which tokens to list.  NULL or false: no such condition. */
struct list_filter {
	const char *user;
	const char *name;
	const char *id_prefix;
	bool by_uid;
	uint32_t uid;
	/* Only rows behind this one in the order (user, uid, name). */
	const char *after_user;
	uint32_t after_uid;
	const char *after_name;
};

/* Called for each row; a nonzero return ends the listing and is its result. */
typedef int (*list_row_fn)(const struct token *token, void *userdata);

/* At most limit rows.  0, a negative errno (logged), or what fn returned. */
int list_rows(sqlite3 *db, const struct list_filter *filter, uint32_t limit, list_row_fn fn,
	void *userdata);

#endif
