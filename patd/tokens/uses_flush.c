/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Uses into the database: from memory within a second, and from the usage log at a start. */
#include <errno.h>
#include <string.h>

#include "patd/db/sync.h"
#include "patd/tokens/uses.h"
#include "patd/util/log.h"

#define FLUSHED_A_TURN 128U /* tokens; each is a page of the database at worst */

/* Inside the open transaction.  A token that has gone, or was altered, is no failure. */
static int write_use(struct tokens *tokens, const struct use *use)
{
	struct token token;
	int r = store_get(tokens->store, use->id.text, &token);

	if (r == -ENOENT || r == -EBADMSG)
		return 0;
	if (r < 0)
		return r;
	if (!tokens_intact(tokens, &token) || !use_apply(use, &token))
		return 0;
	key_row_mac(tokens->key, &token, token.mac);
	return store_touch(tokens->store, &token);
}

/* The first that stays; NULL: all are written. */
static int write_uses(struct tokens *tokens, const struct pat_id *own, const struct use **ret_first)
{
	const struct use *use = overlay_oldest(tokens->overlay);
	const struct use *own_use = own ? overlay_find(tokens->overlay, own) : NULL;
	int r = 0;

	for (unsigned int n = 0; use && n < FLUSHED_A_TURN && r == 0; n++) {
		r = write_use(tokens, use);
		use = overlay_next(use);
	}
	if (r == 0 && own_use)
		r = write_use(tokens, own_use);
	*ret_first = use;
	return r;
}

static int write_all(struct tokens *tokens, const struct pat_id *own, uint64_t last,
	const struct use **ret_first, uint64_t *ret_number)
{
	int r;

	if ((r = usage_write(tokens->database)) < 0 ||
		(r = history_write_notes(tokens->history)) < 0 ||
		(r = write_uses(tokens, own, ret_first)) < 0 ||
		(tokens->pending_time != 0 && (r = meta_set_number(tokens->database, META_TIME,
						       tokens->pending_time)) < 0))
		return r;
	*ret_number = *ret_first ? overlay_seq(*ret_first) - 1 : last;
	/* Those that wait for their batch to be written are in memory all the same. */
	if (*ret_number > last)
		*ret_number = last;
	return meta_set_number(tokens->database, META_USAGE, *ret_number);
}

/* Also the own one stays: its place in the order says what the log must keep. */
static void forget_written(struct tokens *tokens, const struct use *first)
{
	const struct use *oldest;

	while ((oldest = overlay_oldest(tokens->overlay)) && oldest != first)
		overlay_remove(tokens->overlay, &oldest->id);
}

void uses_release(struct tokens *tokens)
{
	struct sync *sync = tokens->database->sync;

	if (tokens->flushed == 0 || (sync && sync_state(sync, tokens->flushed_point) != SYNC_DONE))
		return;
	usage_log_release(tokens->usage, tokens->flushed);
	tokens->flushed = 0;
}

int uses_flush(struct tokens *tokens, const struct pat_id *own)
{
	struct database *database = tokens->database;
	const struct use *first = NULL;
	uint64_t number = 0;
	int r;

	uses_release(tokens);
	if (overlay_count(tokens->overlay) == 0 && history_notes(tokens->history) == 0 &&
		tokens->pending_time == 0)
		return 0;
	if (database->paused)
		return -EAGAIN;
	if (!transaction_has_room(database))
		return -ENOSPC;
	r = usage_end(
		database, write_all(tokens, own, usage_log_last(tokens->usage), &first, &number));
	if (r < 0)
		return r;
	forget_written(tokens, first);
	tokens->pending_time = 0;
	tokens->gathered_entries = 0;
	tokens->flushed = number;
	tokens->flushed_point = transaction_commits(database);
	if (!database->sync && transaction_sync(database) < 0)
		return -EIO;
	uses_release(tokens);
	return first != NULL;
}

/* --- what a patd before this one has left --- */

struct replaying {
	struct tokens *tokens;
	bool in_memory; /* the database has no room */
	unsigned int strays;
};

static int replay_use(struct replaying *replaying, const struct use *use)
{
	struct tokens *tokens = replaying->tokens;

	return replaying->in_memory ? overlay_put_beyond(tokens->overlay, use)
				    : write_use(tokens, use);
}

static int replay_entry(struct replaying *replaying, const struct entry *entry)
{
	int r = history_renote(replaying->tokens->history, entry);

	replaying->strays += r == -ESTALE;
	return r == -ESTALE ? 0 : r;
}

static int replay_record(enum usage_kind kind, const union usage_record *record, void *userdata)
{
	struct replaying *replaying = userdata;
	struct tokens *tokens = replaying->tokens;

	if (kind == USAGE_USE)
		return replay_use(replaying, &record->use);
	/* The rest is in memory already, should this be the second time. */
	if (replaying->in_memory)
		return 0;
	if (kind == USAGE_ENTRY)
		return replay_entry(replaying, &record->entry);
	if (kind == USAGE_SEEN)
		return history_note_seen(tokens->history, &record->seen);
	if (record->time.now > tokens->time_stored)
		tokens->pending_time = tokens->time_stored = record->time.now;
	return 0;
}

static int replay(struct tokens *tokens, uint64_t after)
{
	struct replaying replaying = { .tokens = tokens };
	int r = usage_write(tokens->database);

	if (r == 0)
		r = usage_log_replay(tokens->usage, after, replay_record, &replaying);
	r = usage_end(tokens->database, r);
	/* A full disk, or one that fails, keeps nobody out. */
	if (r < 0 && r != -ENOMEM) {
		replaying.in_memory = true;
		r = usage_log_replay(tokens->usage, after, replay_record, &replaying);
	}
	if (replaying.strays > 0)
		log_warning("%u entries of logins do not follow the history, and are left out",
			replaying.strays);
	return r;
}

int uses_open(struct tokens *tokens)
{
	uint64_t after = 0;
	int r;

	if ((r = overlay_new(&tokens->overlay)) < 0 ||
		(r = meta_get_number(tokens->database, META_USAGE, &after)) < 0 ||
		(r = usage_log_new(tokens->database->state_fd, tokens->key, &tokens->usage)) < 0 ||
		(r = replay(tokens, after)) < 0)
		return r;
	if (usage_log_last(tokens->usage) == after)
		return 0;
	/* Also where nothing but the number is new. */
	tokens->pending_time = tokens->time_stored;
	while ((r = uses_flush(tokens, NULL)) > 0)
		;
	if (r < 0)
		log_error("the uses that an earlier patd recorded stay in the usage log: %s",
			strerror(-r));
	return 0;
}
