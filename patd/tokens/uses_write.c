/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Writing uses down at the end of a turn, and when they are on disk. */
#include <errno.h>

#include "patd/db/sync.h"
#include "patd/tokens/sessions.h"
#include "patd/tokens/uses.h"
#include "patd/util/log.h"

/* More than that goes into the database at the end of the turn. */
#define PENDING_TOKENS 768U
#define PENDING_NOTES 256U

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

void uses_note_ending(struct tokens *tokens, const struct use_point *point)
{
	if (point->in_log)
		tokens->ending_batch = point->number;
	else
		tokens->ending_point = tokens->database->commits;
}

bool uses_ending(const struct tokens *tokens)
{
	const struct sync *sync = tokens->database->sync;

	return tokens->ending_batch > usage_log_synced(tokens->usage) ||
	       (sync ? sync_state(sync, tokens->ending_point) != SYNC_DONE
		     : tokens->database->wal_state != WAL_SOUND);
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
}

void uses_close(struct tokens *tokens)
{
	struct use_point ignored;

	if (!tokens->usage) {
		overlay_free(tokens->overlay);
		return;
	}
	if (uses_write_down(tokens, &ignored) < 0)
		log_error("the latest uses of tokens could not be recorded");
	while (uses_flush(tokens, NULL) > 0)
		;
	usage_log_free(tokens->usage);
	overlay_free(tokens->overlay);
}

/* --- in the loop --- */

static int flush_some(void *userdata)
{
	struct tokens *tokens = userdata;
	int r = uses_flush(tokens, NULL);

	if (r < 0 && r != -EAGAIN && !tokens->flush_failed)
		log_error("uses of tokens stay in the usage log for now: the database cannot be "
			  "written to");
	tokens->flush_failed = r < 0 && r != -EAGAIN;
	if (r >= 0)
		sessions_write(tokens);
	return r;
}

int tokens_flush_uses(struct tokens *tokens)
{
	/* Nothing that is gathered may come in the middle. */
	tokens_commit_usage(tokens);
	return uses_flush(tokens, NULL);
}

static void on_synced(void *userdata)
{
	struct tokens *tokens = userdata;

	uses_release(tokens);
	if (tokens->on_durable)
		tokens->on_durable(tokens->on_durable_userdata);
}

int tokens_start(struct tokens *tokens, sd_event *event)
{
	int r = usage_sync_new(event, tokens->usage, flush_some, tokens, &tokens->usage_sync);

	if (r < 0)
		return r;
	usage_sync_listen(tokens->usage_sync, on_synced, tokens);
	return sync_listen(tokens->database->sync, on_synced, tokens);
}

void tokens_stop(struct tokens *tokens)
{
	if (!tokens)
		return;
	if (tokens->database->sync)
		sync_unlisten(tokens->database->sync, on_synced, tokens);
	usage_sync_free(tokens->usage_sync);
	tokens->usage_sync = NULL;
}

void tokens_on_durable(struct tokens *tokens, void (*fn)(void *userdata), void *userdata)
{
	tokens->on_durable = fn;
	tokens->on_durable_userdata = userdata;
}

enum sync_state tokens_use_state(const struct tokens *tokens, const struct use_point *point)
{
	if (point->number == 0)
		return SYNC_DONE;
	if (point->in_log)
		return usage_sync_state(tokens->usage_sync, point->number);
	return sync_state(tokens->database->sync, point->number);
}
