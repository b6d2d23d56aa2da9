/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The chain of MACs over the history, and the seal over its ends. */
#include "patd/history/history.h"

#include <errno.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "common/l10n.h"
#include "patd/db/meta.h"
#include "patd/db/transaction.h"
#include "patd/util/log.h"

#define SLICE 256U /* entries looked at in one turn of the loop */

/* Beyond all that patd will ever write: an entry there is forged, and none goes on from it. */
#define SEQ_MAX (INT64_MAX / 2)

struct history {
	struct database *database;
	struct statements *rows;
	const struct key *key;
	struct history_seal seal;      /* as of the open transaction */
	struct history_seal committed; /* as of the last one that was committed */
	bool altered;                  /* there was no valid seal at the start */
	unsigned int losses; /* how often entries that a check may have seen were undone */
};

static bool sealed(const struct history *history, const struct history_seal *seal)
{
	uint8_t mac[ENTRY_MAC_LEN];

	key_seal_mac(history->key, seal, mac);
	return sodium_memcmp(mac, seal->mac, sizeof(mac)) == 0;
}

static int take_last(const struct entry *entry, void *userdata)
{
	struct history_seal *seal = userdata;

	seal->last = entry->seq;
	return 1;
}

/*
 * Without a valid seal: continues from the last entry that there is, but not from its MAC, so that
 * the break stays where it was as long as what follows it; and from a first entry that never was.
 * Where there is nothing at all it is a new history, unless there are tokens: each has an entry.
 */
static int rebuild_seal(struct history *history, bool altered)
{
	const struct entry_filter last = { .before = SEQ_MAX, .reverse = true };
	struct history_seal seal = { .first = 1 };
	bool has_tokens = false;
	int r = history_rows_list(history->rows, &last, take_last, &seal);

	altered = altered || r > 0;
	if (r == 0)
		r = meta_has_tokens(history->database, &has_tokens);
	if (r < 0)
		return r;
	history->altered = altered || has_tokens;
	if (history->altered) {
		log_error("the history was altered in the database, outside of patd; "
			  "patctl log --verify shows where");
		randombytes_buf(seal.before_first, sizeof(seal.before_first));
		randombytes_buf(seal.at_last, sizeof(seal.at_last));
	}
	key_seal_mac(history->key, &seal, seal.mac);
	history->seal = seal;
	return 0;
}

static int load(struct history *history)
{
	struct history_seal seal;
	int r = history_rows_open(history->database, &history->rows);

	if (r < 0)
		return r;
	r = history_rows_seal(history->rows, &seal);
	if (r < 0 && r != -ENOENT && r != -EBADMSG)
		return r;
	if (r == 0 && sealed(history, &seal)) {
		history->seal = seal;
		return 0;
	}
	return rebuild_seal(history, r != -ENOENT);
}

static void on_transaction(bool committed, void *userdata)
{
	struct history *history = userdata;

	if (committed) {
		history->committed = history->seal;
		return;
	}
	if (history->seal.last != history->committed.last ||
		history->seal.first != history->committed.first)
		history->losses++;
	history->seal = history->committed;
}

int history_new(struct database *database, const struct key *key, struct history **ret_history)
{
	struct history *history = calloc(1, sizeof(*history));
	int r;

	if (!history)
		return -ENOMEM;
	history->database = database;
	history->key = key;
	r = load(history);
	if (r < 0) {
		history_free(history);
		return r;
	}
	history->committed = history->seal;
	transaction_observe(database, on_transaction, history);
	*ret_history = history;
	return 0;
}

void history_free(struct history *history)
{
	if (!history)
		return;
	transaction_observe(history->database, NULL, NULL);
	statements_free(history->rows);
	free(history);
}

int history_append(struct history *history, struct entry *entry)
{
	struct history_seal seal = history->seal;
	int r;

	if (!transaction_is_open(history->database))
		return -EIO;
	entry->seq = seal.last + 1;
	key_entry_mac(history->key, entry, seal.at_last, entry->mac);
	seal.last = entry->seq;
	memcpy(seal.at_last, entry->mac, sizeof(seal.at_last));
	key_seal_mac(history->key, &seal, seal.mac);
	r = history_rows_append(history->rows, entry, &seal);
	if (r < 0)
		return r;
	history->seal = seal;
	return 0;
}

int history_see(struct history *history, struct entry *entry, const char *network)
{
	int r = usage_begin(history->database);

	if (r < 0)
		return r;
	r = history_rows_see(history->rows, entry, network);
	return r < 0 || !(entry->new_service || entry->new_network)
		       ? r
		       : usage_write(history->database);
}

int history_forget(struct history *history, const char *id)
{
	return history_rows_forget(history->rows, id);
}

int history_list(
	struct history *history, const struct entry_filter *filter, entry_row_fn fn, void *userdata)
{
	return history_rows_list(history->rows, filter, fn, userdata);
}

/* One slice of a check. */
struct check_slice {
	const struct history *history;
	struct history_check *check;
	uint64_t last; /* seq that was sealed */
	unsigned int rows;
};

/* Returns an entry_row_fn's word to stop. */
static int end_check(struct history_check *check, uint64_t bad, const char *problem)
{
	check->done = true;
	check->bad = bad;
	check->problem = problem;
	return 1;
}

static int check_row(const struct entry *entry, void *userdata)
{
	struct check_slice *slice = userdata;
	struct history_check *check = slice->check;
	uint8_t mac[ENTRY_MAC_LEN];

	if (slice->rows++ == SLICE)
		return 1;
	if (entry->seq < check->next || check->next > slice->last)
		return end_check(check, entry->seq, N_("an entry was added"));
	if (entry->seq > check->next)
		return end_check(check, check->next, N_("an entry is missing"));
	key_entry_mac(slice->history->key, entry, check->before, mac);
	if (sodium_memcmp(mac, entry->mac, sizeof(mac)) != 0)
		return end_check(check, entry->seq, N_("this or an earlier entry was altered"));
	memcpy(check->before, mac, sizeof(mac));
	check->next++;
	check->entries++;
	return 0;
}

/* Where there is no next entry: whether it is the end that was sealed. */
static void check_end(const struct history_seal *seal, struct history_check *check)
{
	if (check->next != seal->last + 1)
		end_check(check, check->next, N_("entries at the end were removed"));
	else if (sodium_memcmp(check->before, seal->at_last, sizeof(check->before)) != 0)
		end_check(check, seal->last, N_("the last entry was altered"));
	else
		end_check(check, 0, NULL);
}

int history_check_some(struct history *history, struct history_check *check)
{
	struct check_slice slice = { .history = history, .check = check };
	struct entry_filter filter = { 0 };
	struct history_seal seal;
	int r = history_rows_seal(history->rows, &seal);

	if (r < 0 && r != -ENOENT && r != -EBADMSG)
		return r;
	if (r == -ENOENT && history->seal.last == 0 && !history->altered) {
		end_check(check, 0, NULL); /* nothing was ever written */
		return 0;
	}
	if (r < 0 || !sealed(history, &seal)) {
		end_check(check, 1, N_("the seal of the history was altered or removed"));
		return 0;
	}
	slice.last = seal.last;
	/* Some that it has seen may have been lost, and others come in their place. */
	if (check->begun && check->losses != history->losses)
		*check = (struct history_check) { 0 };
	check->last = seal.last;
	/* What was pruned meanwhile need not be checked any more. */
	if (!check->begun || check->next < seal.first) {
		check->begun = true;
		check->losses = history->losses;
		check->first = seal.first;
		check->next = seal.first;
		memcpy(check->before, seal.before_first, sizeof(check->before));
	}
	/* Also what stands before the first that the seal knows. */
	filter.after = check->entries == 0 ? 0 : check->next - 1;
	r = history_rows_list(history->rows, &filter, check_row, &slice);
	if (r < 0)
		return r;
	if (r == 0)
		check_end(&seal, check);
	return 0;
}

/* What a slice of pruning removes. */
struct prune_slice {
	uint64_t before, seq_max;
	unsigned int rows;
	uint64_t seq;
	uint8_t mac[ENTRY_MAC_LEN];
	bool more;
};

static int prune_row(const struct entry *entry, void *userdata)
{
	struct prune_slice *slice = userdata;

	if (entry->at >= slice->before && entry->seq > slice->seq_max)
		return 1;
	if (slice->rows++ == SLICE) {
		slice->more = true;
		return 1;
	}
	slice->seq = entry->seq;
	memcpy(slice->mac, entry->mac, sizeof(slice->mac));
	return 0;
}

int history_prune_some(struct history *history, uint64_t before, uint64_t max, bool *ret_more)
{
	struct history_seal seal = history->seal;
	const struct entry_filter all = { .before = seal.last + 1 };
	struct prune_slice slice = { .before = before };
	int r;

	*ret_more = false;
	if (max != 0 && seal.last > max)
		slice.seq_max = seal.last - max;
	r = history_rows_list(history->rows, &all, prune_row, &slice);
	if (r < 0 || slice.seq == 0)
		return r < 0 ? r : 0;
	seal.first = slice.seq + 1;
	memcpy(seal.before_first, slice.mac, sizeof(seal.before_first));
	key_seal_mac(history->key, &seal, seal.mac);
	r = usage_write(history->database);
	if (r < 0)
		return r;
	r = transaction_is_open(history->database)
		    ? history_rows_prune(history->rows, slice.seq, &seal)
		    : -EIO;
	if (r < 0) {
		usage_undo(history->database);
		return r;
	}
	history->seal = seal;
	*ret_more = slice.more;
	return 0;
}
