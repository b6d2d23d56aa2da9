/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The end of old entries, slice by slice. */
#include <errno.h>
#include <sodium.h>
#include <string.h>

#include "patd/db/transaction.h"
#include "patd/history/history_private.h"

#define SLICE 64U /* entries looked at in one turn of the loop, each with its MAC */

/* What a slice of pruning removes. */
struct prune_slice {
	const struct key *key;
	uint64_t before, seq_max;
	unsigned int rows;
	uint64_t seq; /* of the last one that is removed; at first of the one before */
	uint8_t mac[ENTRY_MAC_LEN]; /* its MAC */
	uint64_t bad;               /* seq; 0: none */
	bool more;
};

static int prune_row(const struct entry *entry, void *userdata)
{
	struct prune_slice *slice = userdata;
	uint8_t mac[ENTRY_MAC_LEN];

	if (slice->rows++ == SLICE) {
		slice->more = true;
		return 1;
	}
	/* Before its time is believed. */
	key_entry_mac(slice->key, entry, slice->mac, mac);
	if (entry->seq != slice->seq + 1 || sodium_memcmp(mac, entry->mac, sizeof(mac)) != 0) {
		slice->bad = entry->seq <= slice->seq ? entry->seq : slice->seq + 1;
		return 1;
	}
	if (entry->at >= slice->before && entry->seq > slice->seq_max)
		return 1;
	slice->seq = entry->seq;
	memcpy(slice->mac, mac, sizeof(slice->mac));
	return 0;
}

int history_prune_some(
	struct history *history, uint64_t before, uint64_t max, bool *ret_more, uint64_t *ret_bad)
{
	struct history_seal seal = history->seal;
	const struct entry_filter all = { .before = seal.last + 1 };
	struct prune_slice slice = { .key = history->key, .before = before, .seq = seal.first - 1 };
	int r;

	*ret_more = false;
	*ret_bad = 0;
	if (max != 0 && seal.last > max)
		slice.seq_max = seal.last - max;
	memcpy(slice.mac, seal.before_first, sizeof(slice.mac));
	r = history_rows_list(history->rows, &all, prune_row, &slice);
	if (r < 0)
		return r;
	/* Also where nothing comes that is wrong, as it was removed. */
	if (r == 0 && slice.seq != history->written.last)
		slice.bad = slice.seq + 1;
	*ret_bad = slice.bad;
	if (slice.seq < seal.first)
		return 0;
	seal.first = slice.seq + 1;
	memcpy(seal.before_first, slice.mac, sizeof(seal.before_first));
	key_seal_mac(history->key, &seal, seal.mac);
	r = usage_write(history->database);
	if (r < 0)
		return r;
	r = transaction_is_open(history->database)
		    ? history_rows_prune(history->rows, slice.seq, &seal)
		    : -EIO;
	if (r < 0)
		return r;
	history_change(history, &seal);
	*ret_more = slice.more;
	return 0;
}
