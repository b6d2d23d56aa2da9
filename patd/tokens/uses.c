/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Uses in memory and in the usage log: gathering, applying, writing down. */
#include "patd/tokens/uses.h"

#include <errno.h>
#include <string.h>

#include "patd/db/sync.h"
#include "patd/usage/pack.h"
#include "patd/util/log.h"

/* More than that goes into the database at the end of the turn. */
#define PENDING_TOKENS 768U
#define PENDING_NOTES 256U
#define NOTES_MAX 2048U

/* --- gathering --- */

static int gather_entry(struct tokens *tokens, struct entry *entry)
{
	/* So many only where the database takes none for long. */
	int r = history_notes(tokens->history) < NOTES_MAX ? history_note(tokens->history, entry)
							   : -ENOSPC;

	if (r < 0) {
		entry->seq = 0;
		return r;
	}
	tokens->gathered_entries++;
	usage_log_add(tokens->usage, USAGE_ENTRY, &entry_table, entry);
	return 0;
}

int uses_gather_entry(struct tokens *tokens, struct entry *entry)
{
	return gather_entry(tokens, entry);
}

int uses_gather(struct tokens *tokens, const struct token *token, struct entry *entry,
	const struct seen *seen)
{
	struct use use;
	int r;

	use_of(token, &use);
	r = overlay_put(tokens->overlay, &use, usage_log_last(tokens->usage) + 1);
	if (r < 0) {
		if (entry)
			entry->seq = 0;
		return r;
	}
	usage_log_add(tokens->usage, USAGE_USE, &use_table, &use);
	if (seen && history_note_seen(tokens->history, seen) == 0)
		usage_log_add(tokens->usage, USAGE_SEEN, &seen_table, seen);
	/* The use counts, also where its entry finds no room. */
	if (entry)
		(void)gather_entry(tokens, entry);
	return 0;
}

void uses_gather_time(struct tokens *tokens, uint64_t now)
{
	const struct usage_time time = { now };

	tokens->pending_time = now;
	usage_log_add(tokens->usage, USAGE_TIME, &usage_time_table, &time);
}

void uses_take_back(struct tokens *tokens, const struct token *before, bool has_entry)
{
	struct use use;

	use_of(before, &use);
	/* It is in the table: there is no need for room. */
	(void)overlay_put(tokens->overlay, &use, 0);
	if (has_entry && tokens->gathered_entries > 0) {
		history_unnote(tokens->history, 1);
		tokens->gathered_entries--;
	}
}

static void forget_gathered_entries(struct tokens *tokens)
{
	history_unnote(tokens->history, tokens->gathered_entries);
	tokens->gathered_entries = 0;
}

int uses_write_down(struct tokens *tokens, struct use_point *ret_point)
{
	struct sync *sync = tokens->database->sync;
	int r = 0;

	*ret_point = (struct use_point) { .in_log = true };
	if (usage_log_gathers(tokens->usage)) {
		r = usage_log_write(tokens->usage);
		if (tokens->usage_sync)
			usage_sync_wrote(tokens->usage_sync);
		if (r < 0) {
			while ((r = uses_flush(tokens, NULL)) > 0)
				;
			ret_point->in_log = false;
		}
		if (r < 0 && r != -EAGAIN)
			forget_gathered_entries(tokens);
	}
	if (r == 0)
		ret_point->number = ret_point->in_log ? usage_log_last(tokens->usage)
				    : sync            ? sync_point(sync)
						      : 0;
	if (r != -EAGAIN)
		tokens->gathered_entries = 0;
	return r;
}

int uses_sync_now(struct tokens *tokens, const struct use_point *point)
{
	struct usage_sync_order order;
	int r = 0;

	if (!point->in_log)
		return transaction_sync(tokens->database);
	for (int attempt = 0; attempt < 2; attempt++) {
		if (!usage_log_begin_sync(tokens->usage, &order))
			return 0;
		r = usage_log_run_sync(tokens->usage, &order);
		usage_log_end_sync(tokens->usage, &order, r);
		if (r == 0)
			break;
	}
	return r;
}

/* --- reading --- */

void uses_apply_plain(const struct tokens *tokens, struct token *token)
{
	const struct use *use = overlay_find(tokens->overlay, &token->id);

	if (use)
		(void)use_apply(use, token);
}

void uses_apply(struct tokens *tokens, struct token *token)
{
	const struct use *use = overlay_find(tokens->overlay, &token->id);

	/* An altered one must stay so. */
	if (use && tokens_intact(tokens, token) && use_apply(use, token))
		key_row_mac(tokens->key, token, token->mac);
}

int uses_get(struct tokens *tokens, const char *id, struct token *ret_token)
{
	int r = store_get(tokens->store, id, ret_token);

	if (r == 0)
		uses_apply(tokens, ret_token);
	return r;
}

struct applying {
	struct tokens *tokens;
	list_row_fn fn;
	void *userdata;
};

static int apply_row(const struct token *token, void *userdata)
{
	const struct applying *applying = userdata;
	struct token current;

	if (!overlay_find(applying->tokens->overlay, &token->id))
		return applying->fn(token, applying->userdata);
	current = *token;
	uses_apply(applying->tokens, &current);
	return applying->fn(&current, applying->userdata);
}

int uses_list(
	struct tokens *tokens, const struct list_filter *filter, list_row_fn fn, void *userdata)
{
	struct applying applying = { tokens, fn, userdata };

	return store_list(tokens->store, filter, apply_row, &applying);
}

void uses_forget(struct tokens *tokens, const struct pat_id *id)
{
	overlay_remove(tokens->overlay, id);
}

/* --- at the end of a turn --- */

void tokens_commit_usage(struct tokens *tokens)
{
	struct use_point ignored;
	int r = uses_write_down(tokens, &ignored);

	if (r == 0 && (overlay_count(tokens->overlay) > PENDING_TOKENS ||
			      history_notes(tokens->history) > PENDING_NOTES))
		(void)uses_flush(tokens, NULL);
	if (r < 0 && r != -EAGAIN) {
		log_error("the latest uses of tokens could not be recorded");
		tokens->time_stored = 0; /* what is stored now is older than we thought */
	}
	/* What this turn has read was one transaction. */
	(void)usage_commit(tokens->database);
}
