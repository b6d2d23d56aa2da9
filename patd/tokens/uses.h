/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Uses of tokens, from the login to the database.  A use is in three places: at once in memory,
 * where every verdict sees it; at the end of the turn of the loop, before the reply, in the usage
 * log; and within a second in the database.  Without room in the log it goes into the database at
 * the end of the turn.
 *
 * What uses_flush() has written is kept in the log until it is on disk in the database.
 */
#pragma once

#include "patd/tokens/tokens_private.h"

/* Opens the log of the database, and takes what a patd before this one has left in it. */
int uses_open(struct tokens *tokens);
/* Writes all of it down, and frees it. */
void uses_close(struct tokens *tokens);

/*
 * Gathers a use, and its entry, which gets seq and MAC; NULL: none.  seen: where it was used, if
 * that is new; NULL: it is not.  On failure nothing is gathered, and the entry has seq 0.
 * -EINVAL: a text of it is none that patd keeps.
 */
int uses_gather(struct tokens *tokens, const struct token *token, struct entry *entry,
	const struct seen *seen);
/* The same for an entry alone, and for the latest time seen. */
int uses_gather_entry(struct tokens *tokens, struct entry *entry);
void uses_gather_time(struct tokens *tokens, uint64_t now);

/*
 * After uses_write_down() has failed: takes back the use that was gathered last, and its entry if
 * it has one.  before: the token as it was.
 */
void uses_take_back(struct tokens *tokens, const struct token *before, bool has_entry);

/*
 * Writes down what is gathered, so that it survives a kill.  On failure it is in memory alone, and
 * the entries among it have never been.
 */
int uses_write_down(struct tokens *tokens, struct use_point *ret_point);

/*
 * What was written down there has ended a former secret.  uses_ending(): whether some such end, of
 * any token, is not on disk yet, and a power cut could bring the secret back.
 */
void uses_note_ending(struct tokens *tokens, const struct use_point *point);
bool uses_ending(const struct tokens *tokens);

/* Waits until that is on disk, without the loop. */
int uses_sync_now(struct tokens *tokens, const struct use_point *point);

/*
 * Writes some of the uses into the database, those that are pending longest, and that of the token
 * own (NULL: no matter); all entries.  1: there are more.  -EAGAIN: the database is being folded.
 */
int uses_flush(struct tokens *tokens, const struct pat_id *own);

/* What is in the database and on disk, the log need not keep. */
void uses_release(struct tokens *tokens);

/* Makes the token what it is after its latest use, MAC included if the token was intact. */
void uses_apply(struct tokens *tokens, struct token *token);
/* The same without the MAC: of a token whose MAC was checked before. */
void uses_apply_plain(const struct tokens *tokens, struct token *token);

/* store_get() and store_list(), with the latest uses. */
int uses_get(struct tokens *tokens, const char *id, struct token *ret_token);
int uses_list(
	struct tokens *tokens, const struct list_filter *filter, list_row_fn fn, void *userdata);

/* The token was written with all of its uses, or deleted. */
void uses_forget(struct tokens *tokens, const struct pat_id *id);
