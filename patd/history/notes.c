/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Two lists in memory. */
#include "patd/history/notes.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>

#include "common/pack.h"

struct note {
	TAILQ_ENTRY(note) order;
	uint64_t seq;
	uint8_t before[ENTRY_MAC_LEN];
	size_t size;
	uint8_t bytes[];
};

struct seen_note {
	TAILQ_ENTRY(seen_note) order;
	struct seen seen;
};

TAILQ_HEAD(note_list, note);

struct notes {
	struct note_list entries;
	TAILQ_HEAD(seen_list, seen_note) seen;
	unsigned int count;
};

int notes_new(struct notes **ret_notes)
{
	struct notes *notes = calloc(1, sizeof(*notes));

	if (!notes)
		return -ENOMEM;
	TAILQ_INIT(&notes->entries);
	TAILQ_INIT(&notes->seen);
	*ret_notes = notes;
	return 0;
}

static void drop(struct notes *notes, struct note *note)
{
	TAILQ_REMOVE(&notes->entries, note, order);
	notes->count--;
	free(note);
}

static void drop_seen(struct notes *notes, struct seen_note *note)
{
	TAILQ_REMOVE(&notes->seen, note, order);
	notes->count--;
	free(note);
}

void notes_clear(struct notes *notes)
{
	struct note *next;
	struct seen_note *next_seen;

	for (struct note *note = TAILQ_FIRST(&notes->entries); note; note = next) {
		next = TAILQ_NEXT(note, order);
		drop(notes, note);
	}
	for (struct seen_note *note = TAILQ_FIRST(&notes->seen); note; note = next_seen) {
		next_seen = TAILQ_NEXT(note, order);
		drop_seen(notes, note);
	}
}

void notes_free(struct notes *notes)
{
	if (notes)
		notes_clear(notes);
	free(notes);
}

unsigned int notes_count(const struct notes *notes)
{
	return notes->count;
}

/* --- entries --- */

int notes_add(
	struct notes *notes, const struct entry *entry, const uint8_t before[static ENTRY_MAC_LEN])
{
	uint8_t bytes[ROW_SIZE_MAX(struct entry)];
	size_t size = row_pack(&entry_table, entry, bytes);
	struct note *note = malloc(sizeof(*note) + size), *after;

	if (!note)
		return -ENOMEM;
	note->seq = entry->seq;
	note->size = size;
	memcpy(note->before, before, sizeof(note->before));
	memcpy(note->bytes, bytes, size);
	/* Nearly always the last. */
	after = TAILQ_LAST(&notes->entries, note_list);
	while (after && after->seq > note->seq)
		after = TAILQ_PREV(after, note_list, order);
	if (after)
		TAILQ_INSERT_AFTER(&notes->entries, after, note, order);
	else
		TAILQ_INSERT_HEAD(&notes->entries, note, order);
	notes->count++;
	return 0;
}

void notes_drop_last(struct notes *notes, uint8_t ret_before[static ENTRY_MAC_LEN])
{
	struct note *last = TAILQ_LAST(&notes->entries, note_list);

	memcpy(ret_before, last->before, sizeof(last->before));
	drop(notes, last);
}

static int hand_out(const struct note *note, entry_row_fn fn, void *userdata)
{
	struct entry entry;

	return row_unpack(&entry_table, note->bytes, note->size, &entry) > 0 ? fn(&entry, userdata)
									     : -EBADMSG;
}

int notes_each(const struct notes *notes, entry_row_fn fn, void *userdata)
{
	const struct note *note = TAILQ_FIRST(&notes->entries);

	for (; note; note = TAILQ_NEXT(note, order)) {
		int r = hand_out(note, fn, userdata);

		if (r != 0)
			return r;
	}
	return 0;
}

/* --- where tokens were used --- */

int notes_add_seen(struct notes *notes, const struct seen *seen)
{
	struct seen_note *note = malloc(sizeof(*note));

	if (!note)
		return -ENOMEM;
	note->seen = *seen;
	TAILQ_INSERT_TAIL(&notes->seen, note, order);
	notes->count++;
	return 0;
}

void notes_forget_seen(struct notes *notes, const char *id)
{
	struct seen_note *next;

	for (struct seen_note *note = TAILQ_FIRST(&notes->seen); note; note = next) {
		next = TAILQ_NEXT(note, order);
		if (strcmp(note->seen.id.text, id) == 0)
			drop_seen(notes, note);
	}
}

void notes_look(const struct notes *notes, struct entry *entry, const char *network)
{
	const struct seen_note *note = TAILQ_FIRST(&notes->seen);

	for (; note; note = TAILQ_NEXT(note, order)) {
		if (strcmp(note->seen.id.text, entry->id.text) != 0)
			continue;
		if (strcmp(note->seen.service, entry->service) == 0)
			entry->new_service = false;
		if (strcmp(note->seen.network, network) == 0)
			entry->new_network = false;
	}
}

int notes_each_seen(const struct notes *notes, int (*fn)(const struct seen *seen, void *userdata),
	void *userdata)
{
	const struct seen_note *note = TAILQ_FIRST(&notes->seen);

	for (; note; note = TAILQ_NEXT(note, order)) {
		int r = fn(&note->seen, userdata);

		if (r != 0)
			return r;
	}
	return 0;
}

/* --- among the rows of the database --- */

static bool matches(const struct entry_filter *filter, const struct entry *entry)
{
	return entry->seq > filter->after && (filter->before == 0 || entry->seq < filter->before) &&
	       (filter->since == 0 || entry->at >= filter->since) &&
	       (filter->until == 0 || entry->at < filter->until) &&
	       (!filter->id || strcmp(entry->id.text, filter->id) == 0) &&
	       (!filter->user ||
		       (strcmp(entry->user, filter->user) == 0 &&
			       (!filter->by_uid || token_uid_fits(entry->uid, filter->uid) ||
				       entry->id.text[0] == '\0')));
}

static void advance(struct notes_merge *merge)
{
	merge->next = merge->filter->reverse ? TAILQ_PREV(merge->next, note_list, order)
					     : TAILQ_NEXT(merge->next, order);
}

/* All that come before that seq, in the order of the list. */
static int merge_up_to(struct notes_merge *merge, uint64_t seq)
{
	struct entry entry;
	int r = 0;

	while (r == 0 && merge->next &&
		(merge->filter->reverse ? merge->next->seq > seq : merge->next->seq < seq)) {
		if (row_unpack(&entry_table, merge->next->bytes, merge->next->size, &entry) == 0)
			return -EBADMSG;
		if (matches(merge->filter, &entry))
			r = merge->fn(&entry, merge->userdata);
		advance(merge);
	}
	return r;
}

void notes_merge_begin(struct notes_merge *merge)
{
	merge->next = merge->filter->reverse ? TAILQ_LAST(&merge->notes->entries, note_list)
					     : TAILQ_FIRST(&merge->notes->entries);
}

int notes_merge_row(const struct entry *entry, void *userdata)
{
	struct notes_merge *merge = userdata;
	int r = merge_up_to(merge, entry->seq);

	return r == 0 ? merge->fn(entry, merge->userdata) : r;
}

int notes_merge_end(struct notes_merge *merge)
{
	return merge_up_to(merge, merge->filter->reverse ? 0 : UINT64_MAX);
}
