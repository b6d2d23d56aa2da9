/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What logins leave for the history and that is not in the database yet: entries, packed, in the
 * order of seq, and where tokens were used.
 */
#pragma once

#include "patd/history/history_rows.h"
#include "patd/usage/use.h"

struct notes;

int notes_new(struct notes **ret_notes);
/* NULL is allowed. */
void notes_free(struct notes *notes);

/* Entries, and places of use. */
unsigned int notes_count(const struct notes *notes);
void notes_clear(struct notes *notes);

/* before: the MAC of the entry before it. */
int notes_add(
	struct notes *notes, const struct entry *entry, const uint8_t before[static ENTRY_MAC_LEN]);
/* Drops the entry that was added last. */
void notes_drop_last(struct notes *notes, uint8_t ret_before[static ENTRY_MAC_LEN]);

int notes_add_seen(struct notes *notes, const struct seen *seen);
void notes_forget_seen(struct notes *notes, const char *id);
/* Takes back what is new of the entry, if it is known here. */
void notes_look(const struct notes *notes, struct entry *entry, const char *network);

/* Each, until fn returns other than 0, which is the result. */
int notes_each(const struct notes *notes, entry_row_fn fn, void *userdata);
int notes_each_seen(const struct notes *notes, int (*fn)(const struct seen *seen, void *userdata),
	void *userdata);

/*
 * Puts those that the filter takes among the rows of the database: begin, a call for each row,
 * end.  What fn returns other than 0 ends it.
 */
struct notes_merge {
	const struct notes *notes;
	const struct entry_filter *filter;
	entry_row_fn fn;
	void *userdata;
	const struct note *next;
};

void notes_merge_begin(struct notes_merge *merge);
int notes_merge_row(const struct entry *entry, void *userdata);
int notes_merge_end(struct notes_merge *merge);
