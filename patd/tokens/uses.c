/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Uses in memory and in the usage log: gathering, applying, writing down. */
#include "patd/tokens/uses.h"

#include <errno.h>

#include "patd/db/sync.h"

#define NOTES_MAX 2048U

/* --- gathering --- */

int uses_gather_entry(struct tokens *tokens, struct entry *entry)
{
	/* So many only where the database takes none for long. */
	int r = history_notes(tokens->history) < NOTES_MAX ? history_note(tokens->history, entry)
							   : -ENOSPC;

	if (r < 0) {
		entry->seq = 0;
		return r;
	}
	tokens->gathered_entries++;
	usage_log_add(tokens->usage, USAGE_ENTRY, entry);
	return 0;
}

int uses_gather(struct tokens *tokens, const struct token *token, struct entry *entry,
	const struct seen *seen)
{
	struct use use;
	int r;

	use_of(token, &use);
	r = use_writable(&use)
		    ? overlay_put(tokens->overlay, &use, usage_log_last(tokens->usage) + 1)
		    : -EINVAL;
	if (r < 0) {
		if (entry)
			entry->seq = 0;
		return r;
	}
	usage_log_add(tokens->usage, USAGE_USE, &use);
	if (seen && history_note_seen(tokens->history, seen) == 0)
		usage_log_add(tokens->usage, USAGE_SEEN, seen);
	/* The use counts, also where its entry finds no room. */
	if (entry)
		(void)uses_gather_entry(tokens, entry);
	return 0;
}

void uses_gather_time(struct tokens *tokens, uint64_t now)
{
	const struct usage_time time = { now };

	tokens->pending_time = now;
	usage_log_add(tokens->usage, USAGE_TIME, &time);
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
