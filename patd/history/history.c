/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The chain of MACs over the history, and the seal over its ends. */
#include "patd/history/history.h"

#include <errno.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "patd/db/meta.h"
#include "patd/db/transaction.h"
#include "patd/history/history_private.h"
#include "patd/util/log.h"

/* Beyond all that patd will ever write: an entry there is forged, and none goes on from it. */
#define SEQ_MAX (INT64_MAX / 2)

bool history_sealed(const struct history *history, const struct history_seal *seal)
{
	uint8_t mac[ENTRY_MAC_LEN];

	key_seal_mac(history->key, seal, mac);
	return sodium_memcmp(mac, seal->mac, sizeof(mac)) == 0;
}

static int take_seq(const struct entry *entry, void *userdata)
{
	uint64_t *seq = userdata;

	*seq = entry->seq;
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
	int r = history_rows_list(history->rows, &last, take_seq, &seal.last);

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
	if (r == 0 && history_sealed(history, &seal)) {
		history->seal = seal;
		return 0;
	}
	return rebuild_seal(history, r != -ENOENT);
}

static void on_transaction(bool committed, void *userdata)
{
	struct history *history = userdata;

	if (committed) {
		history->committed = history->written;
		if (history->notes_written)
			notes_clear(history->notes);
	} else if (history->changed) {
		history->losses++;
		history->seal = history->before;
	}
	history->written = history->committed;
	history->changed = false;
	history->notes_written = false;
}

void history_change(struct history *history, const struct history_seal *seal)
{
	if (!history->changed)
		history->before = history->seal;
	history->changed = true;
	history->seal = *seal;
	history->written = *seal;
}

int history_new(struct database *database, const struct key *key, struct history **ret_history)
{
	struct history *history = calloc(1, sizeof(*history));
	int r;

	if (!history)
		return -ENOMEM;
	history->database = database;
	history->key = key;
	r = notes_new(&history->notes);
	if (r == 0)
		r = load(history);
	if (r < 0) {
		history_free(history);
		return r;
	}
	history->committed = history->written = history->seal;
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
	notes_free(history->notes);
	free(history);
}

/* Of an entry that was just written, what is there now. */
struct written {
	const struct history *history;
	const struct entry *entry;
};

static int is_as_written(const struct entry *found, void *userdata)
{
	const struct written *written = userdata;
	uint8_t mac[ENTRY_MAC_LEN];

	key_entry_mac(written->history->key, found, written->history->seal.at_last, mac);
	return found->seq == written->entry->seq &&
	       sodium_memcmp(mac, written->entry->mac, sizeof(mac)) == 0;
}

/* Before it is the end of the history. */
static int check_written(struct history *history, const struct entry *entry)
{
	const struct entry_filter one = { .after = entry->seq - 1, .before = entry->seq + 1 };
	struct written written = { history, entry };
	int r = history_rows_list(history->rows, &one, is_as_written, &written);

	if (r != 0)
		return r < 0 ? r : 0;
	log_error("the database did not keep an entry of the history, which is undone with its "
		  "change: it is damaged or was altered; restore it from a backup");
	return -EBADMSG;
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
	if (r == 0)
		r = check_written(history, entry);
	if (r < 0)
		return r;
	history_change(history, &seal);
	return 0;
}

int history_forget(struct history *history, const char *id)
{
	notes_forget_seen(history->notes, id);
	return history_rows_forget(history->rows, id);
}

/* --- what is written later --- */

static int add_note(struct history *history, const struct entry *entry)
{
	int r = notes_add(history->notes, entry, history->seal.at_last);

	if (r < 0)
		return r;
	history->seal.last = entry->seq;
	memcpy(history->seal.at_last, entry->mac, sizeof(history->seal.at_last));
	return 0;
}

int history_note(struct history *history, struct entry *entry)
{
	entry->seq = history->seal.last + 1;
	key_entry_mac(history->key, entry, history->seal.at_last, entry->mac);
	return add_note(history, entry);
}

void history_unnote(struct history *history, unsigned int count)
{
	for (; count > 0; count--) {
		history->seal.last--;
		notes_drop_last(history->notes, history->seal.at_last);
	}
}

/* Whether the database has that entry; of one that it does not, the seal may still tell. */
static int has_row(struct history *history, uint64_t seq)
{
	const struct entry_filter one = { .after = seq - 1, .before = seq + 1 };
	uint64_t found = 0;
	int r = history_rows_list(history->rows, &one, take_seq, &found);

	return r < 0 ? r : found == seq;
}

int history_renote(struct history *history, const struct entry *entry)
{
	uint8_t mac[ENTRY_MAC_LEN];
	int r;

	if (entry->seq > 0 && entry->seq < history->seal.first)
		return 0;
	if (entry->seq > 0 && entry->seq <= history->seal.last) {
		/* A later change was written, and this was not. */
		r = has_row(history, entry->seq);
		return r != 0 ? (r < 0 ? r : 0)
			      : notes_add(history->notes, entry, history->seal.at_last);
	}
	key_entry_mac(history->key, entry, history->seal.at_last, mac);
	if (entry->seq != history->seal.last + 1 ||
		sodium_memcmp(mac, entry->mac, sizeof(mac)) != 0)
		return -ESTALE;
	return add_note(history, entry);
}

int history_look(
	struct history *history, struct entry *entry, const char *network, struct seen *ret_seen)
{
	int r = history_rows_look(history->rows, entry, network);

	if (r < 0)
		return r;
	notes_look(history->notes, entry, network);
	if (!entry->new_service && !entry->new_network)
		return 0;
	*ret_seen = (struct seen) { .id = entry->id };
	pat_field_cut(ret_seen->service, sizeof(ret_seen->service), entry->service);
	pat_field_cut(ret_seen->network, sizeof(ret_seen->network), network);
	return 0;
}

int history_note_seen(struct history *history, const struct seen *seen)
{
	return notes_add_seen(history->notes, seen);
}

unsigned int history_notes(const struct history *history)
{
	return notes_count(history->notes);
}

static int write_note(const struct entry *entry, void *userdata)
{
	struct history *history = userdata;

	return history_rows_put(history->rows, entry);
}

static int write_seen(const struct seen *seen, void *userdata)
{
	struct history *history = userdata;

	return history_rows_see(history->rows, seen->id.text, seen->service, seen->network);
}

int history_write_notes(struct history *history)
{
	struct history_seal seal = history->seal;
	int r;

	if (notes_count(history->notes) == 0)
		return 0;
	if (!transaction_is_open(history->database))
		return -EIO;
	key_seal_mac(history->key, &seal, seal.mac);
	if ((r = notes_each(history->notes, write_note, history)) < 0 ||
		(r = notes_each_seen(history->notes, write_seen, history)) < 0 ||
		(r = history_rows_set_seal(history->rows, &seal)) < 0)
		return r;
	history->written = seal;
	history->notes_written = true;
	return 0;
}

/* --- lists --- */

int history_list(
	struct history *history, const struct entry_filter *filter, entry_row_fn fn, void *userdata)
{
	struct notes_merge merge = {
		.notes = history->notes, .filter = filter, .fn = fn, .userdata = userdata
	};
	int r;

	if (notes_count(history->notes) == 0)
		return history_rows_list(history->rows, filter, fn, userdata);
	notes_merge_begin(&merge);
	r = history_rows_list(history->rows, filter, notes_merge_row, &merge);
	return r == 0 ? notes_merge_end(&merge) : r;
}
