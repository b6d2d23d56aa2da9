/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The history: entries, each with a MAC over itself and the MAC of the one before, and a seal
 * over both ends.  A check finds entries that were changed, added, removed or cut off without the
 * key.  It does not find that an older copy of the whole database was put back.
 *
 * An altered history is logged and denies no login.  It goes on from its last entry, and a check
 * shows where it breaks.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "patd/crypto/key.h"
#include "patd/history/history_rows.h"
#include "patd/usage/use.h"

struct history;

/* database and key must outlive it; it observes the transactions.  -ENOMEM, or a failure. */
int history_new(struct database *database, const struct key *key, struct history **ret_history);
/* NULL is allowed. */
void history_free(struct history *history);

/*
 * Makes entry the next one, with seq and MAC, and writes it and the seal, inside the transaction
 * that is open; -EIO if none is.  After a failure the transaction must be undone.
 */
int history_append(struct history *history, struct entry *entry);

/* --- of logins, which are written later --- */

/*
 * Makes entry the next one, with seq and MAC, outside of any transaction.  It is kept in memory, in
 * all lists and checks, until history_write_notes().  -ENOMEM.
 */
int history_note(struct history *history, struct entry *entry);

/* Takes back that many of the latest entries that were noted. */
void history_unnote(struct history *history, unsigned int count);

/* The same for one from the usage log, with seq and MAC.  -ESTALE: it does not follow. */
int history_renote(struct history *history, const struct entry *entry);

/*
 * Sets entry->new_service and new_network if its token was not used for that service, or from
 * network, before: see history_rows_see().  *ret_seen, if either is set, is to be noted.
 */
int history_look(
	struct history *history, struct entry *entry, const char *network, struct seen *ret_seen);
int history_note_seen(struct history *history, const struct seen *seen);

/* How many are kept in memory. */
unsigned int history_notes(const struct history *history);

/* Inside the open transaction: writes all of them, which are forgotten when it is committed. */
int history_write_notes(struct history *history);

/* Inside the open transaction: forgets where a token was used. */
int history_forget(struct history *history, const char *id);

/* See history_rows_list(). */
int history_list(struct history *history, const struct entry_filter *filter, entry_row_fn fn,
	void *userdata);

/* When the latest entry was made, if its MAC is right; else 0. */
int history_latest_time(struct history *history, uint64_t *ret_at);

/* How far a check of the history has come; all zeros at first. */
struct history_check {
	bool begun, done;
	unsigned int losses;           /* of the history, when it began */
	uint64_t first, entries, next; /* next: seq */
	uint64_t last;                 /* seq, as of now */
	uint8_t before[ENTRY_MAC_LEN];
	uint64_t bad;        /* seq, 0: none */
	const char *problem; /* static; NULL: none */
};

/*
 * Looks at some more entries; history may grow, and be pruned, in between.  At the end, or where
 * it breaks, check->done.
 */
int history_check_some(struct history *history, struct history_check *check);

/*
 * As part of usage: removes some of the oldest entries, those before `before`, or that are more
 * than `max` (0: as many as there are).  *ret_more: there are others.  Only entries whose MAC is
 * right from the first on are removed, so that no alteration goes with them: *ret_bad is the seq of
 * the first that is wrong and stopped it, 0: none.  After a failure usage must be undone.
 */
int history_prune_some(
	struct history *history, uint64_t before, uint64_t max, bool *ret_more, uint64_t *ret_bad);
