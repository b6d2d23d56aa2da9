/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The history as rows of the database: the tables history and seen, and the seal in meta.  Knows
 * nothing of MACs.
 *
 * Functions return 0 or a negative errno, which has been logged: -EBADMSG for a
 * value that patd cannot have written.
 */
#pragma once

#include "patd/db/statements.h"
#include "patd/model/entry.h"

/* Called for each entry; a nonzero return ends the listing and is its result. */
typedef int (*entry_row_fn)(const struct entry *entry, void *userdata);

/* Which entries to list.  NULL, 0 or false: no such condition. */
struct entry_filter {
	const char *user;
	bool by_uid; /* with user */
	uint32_t uid;
	const char *id;
	uint64_t since, until;  /* at or after; before */
	uint64_t after, before; /* of seq, both excluded */
	bool reverse;
};

/* The statements that all functions below take, to be freed by statements_free(). */
int history_rows_open(struct database *database, struct statements **ret_rows);

/* -ENOENT if there is none. */
int history_rows_seal(struct statements *rows, struct history_seal *ret_seal);

/* Inside the open transaction: adds an entry and replaces the seal. */
int history_rows_append(
	struct statements *rows, const struct entry *entry, const struct history_seal *seal);
/* The same: removes all up to that seq. */
int history_rows_prune(struct statements *rows, uint64_t seq, const struct history_seal *seal);

/* The same: an entry that is there already is replaced; the seal stays. */
int history_rows_put(struct statements *rows, const struct entry *entry);
int history_rows_set_seal(struct statements *rows, const struct history_seal *seal);

/*
 * Sets entry->new_service and new_network if its token was not used for that service, or
 * from network, before.  Of a token with more than HISTORY_SEEN_MAX
 * services, or networks, all that are not remembered are new.
 */
#define HISTORY_SEEN_MAX 64
int history_rows_look(struct statements *rows, struct entry *entry, const char *network);

/* Inside the open transaction: remembers that it was used there. */
int history_rows_see(
	struct statements *rows, const char *id, const char *service, const char *network);

/* Inside the open transaction: forgets where a token was used. */
int history_rows_forget(struct statements *rows, const char *id);

/*
 * Of the entries from first to last: the seq of the first that a list of a user's or of a token's
 * entries would leave out, since the index that it follows was altered; 0: none.
 */
int history_rows_unlisted(
	struct statements *rows, uint64_t first, uint64_t last, uint64_t *ret_seq);

/* In the order of seq.  A damaged row is logged and left out. */
int history_rows_list(struct statements *rows, const struct entry_filter *filter, entry_row_fn fn,
	void *userdata);
