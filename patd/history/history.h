/*
 * The history: entries, each with a MAC over itself and the MAC of the one before, and a seal
 * over both ends.  So whoever changes, adds, removes or cuts off entries without the key is
 * found out; not who puts back an older copy of the whole database.
 *
 * A history that was altered keeps nobody out: it is logged, and goes on from its last entry,
 * and verifying shows where it breaks.
 */
#ifndef PATD_HISTORY_HISTORY_H
#define PATD_HISTORY_HISTORY_H

#include <stdbool.h>
#include <stdint.h>

#include "patd/crypto/key.h"
#include "patd/model/entry.h"
#include "patd/store/store.h"

struct history;

/* store and key must outlive it.  -ENOMEM, or store's errors. */
int history_new(struct store *store, const struct key *key, struct history **ret_history);
/* NULL is allowed. */
void history_free(struct history *history);

/* Makes entry the next one, and the seal that then holds. */
void history_prepare(
	const struct history *history, struct entry *entry, struct history_seal *ret_seal);
/* Both were written. */
void history_took(struct history *history, const struct history_seal *seal);
/* What was written may have been lost: begins again with what there is. */
int history_reload(struct history *history);

/* How far a check of the history has come; all zeros at first. */
struct history_check {
	bool begun, done;
	unsigned int reloads;          /* of the history, when it began */
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
 * Removes some of the oldest entries, those before `before`, or that are more than `max` (0: as
 * many as there are).  *ret_more: there are others.
 */
int history_prune_some(struct history *history, uint64_t before, uint64_t max, bool *ret_more);

#endif
