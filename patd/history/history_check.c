/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Checks of the history, slice by slice. */
#include <errno.h>
#include <sodium.h>
#include <string.h>

#include "common/l10n.h"
#include "patd/history/history_private.h"

#define CHECK_SLICE 64U /* entries in one turn of the loop; people may ask for it: about 0.3 ms */

/* The latest entry, and its MAC after the one before. */
struct latest {
	const struct history *history;
	struct entry entry;
	uint8_t mac[ENTRY_MAC_LEN];
	bool found;
};

static int take_latest(const struct entry *entry, void *userdata)
{
	struct latest *latest = userdata;

	if (!latest->found) {
		latest->found = true;
		latest->entry = *entry;
		return 0;
	}
	key_entry_mac(latest->history->key, &latest->entry, entry->mac, latest->mac);
	return 1;
}

int history_latest_time(struct history *history, uint64_t *ret_at)
{
	const struct history_seal *seal = &history->seal;
	const struct entry_filter newest_first = { .before = seal->last + 1, .reverse = true };
	struct latest latest = { .history = history };
	int r = history_list(history, &newest_first, take_latest, &latest);

	if (r < 0)
		return r;
	*ret_at = 0;
	if (!latest.found)
		return 0;
	if (r == 0)
		key_entry_mac(history->key, &latest.entry, seal->before_first, latest.mac);
	if (sodium_memcmp(latest.mac, latest.entry.mac, sizeof(latest.mac)) == 0)
		*ret_at = latest.entry.at;
	return 0;
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

	if (slice->rows++ == CHECK_SLICE)
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

/* The entries from `first` on, which were just found to be right. */
static int check_lists(struct history *history, uint64_t first, struct history_check *check)
{
	uint64_t unlisted;
	int r;

	if (check->next <= first)
		return 0;
	r = history_rows_unlisted(history->rows, first, check->next - 1, &unlisted);
	if (r == 0 && unlisted != 0)
		end_check(check, unlisted, N_("the lists of a user or a token lack this entry"));
	return r;
}

int history_check_some(struct history *history, struct history_check *check)
{
	struct check_slice slice = { .history = history, .check = check };
	struct entry_filter filter = { 0 };
	struct history_seal seal;
	uint64_t first;
	int r = history_rows_seal(history->rows, &seal);

	if (r < 0 && r != -ENOENT && r != -EBADMSG)
		return r;
	if (r == -ENOENT && history->committed.last == 0 && !history->altered) {
		/* Nothing was ever written. */
		seal = history->committed;
	} else if (r < 0 || !history_sealed(history, &seal)) {
		end_check(check, 1, N_("the seal of the history was altered or removed"));
		return 0;
	}
	/* The end is in memory. */
	if (notes_count(history->notes) > 0) {
		seal.last = history->seal.last;
		memcpy(seal.at_last, history->seal.at_last, sizeof(seal.at_last));
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
	first = check->next;
	r = history_list(history, &filter, check_row, &slice);
	if (r < 0)
		return r;
	if (r == 0)
		check_end(&seal, check);
	return check_lists(history, first, check);
}
