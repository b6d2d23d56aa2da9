/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Every change, and its listeners.  A change is made by tokens_commit() alone; uses of tokens, for
 * which many logins share a transaction, are recorded by tokens_record().
 */
#include <errno.h>

#include "patd/db/sync.h"
#include "patd/tokens/tokens_fleet_private.h"
#include "patd/tokens/uses.h"
#include "patd/util/log.h"

const struct caller tokens_patd = { .user = "patd" };

void tokens_listen(struct tokens *tokens, const struct token_listener *listener)
{
	for (size_t i = 0; i < TOKENS_LISTENERS_MAX; i++)
		if (!tokens->listeners[i]) {
			tokens->listeners[i] = listener;
			return;
		}
}

void tokens_unlisten(struct tokens *tokens, const struct token_listener *listener)
{
	for (size_t i = 0; i < TOKENS_LISTENERS_MAX; i++)
		if (tokens->listeners[i] == listener)
			tokens->listeners[i] = NULL;
}

void tokens_notify(struct tokens *tokens, enum token_event event, const struct token *token)
{
	for (size_t i = 0; i < TOKENS_LISTENERS_MAX; i++)
		if (tokens->listeners[i] && tokens->listeners[i]->token)
			tokens->listeners[i]->token(event, token, tokens->listeners[i]->userdata);
}

void tokens_notify_entry(struct tokens *tokens, const struct entry *entry)
{
	for (size_t i = 0; i < TOKENS_LISTENERS_MAX; i++)
		if (tokens->listeners[i] && tokens->listeners[i]->entry)
			tokens->listeners[i]->entry(entry, tokens->listeners[i]->userdata);
}

void tokens_notify_session(struct tokens *tokens, const struct session *session)
{
	for (size_t i = 0; i < TOKENS_LISTENERS_MAX; i++)
		if (tokens->listeners[i] && tokens->listeners[i]->session)
			tokens->listeners[i]->session(session, tokens->listeners[i]->userdata);
}

void tokens_notify_approval(struct tokens *tokens, const struct approval *approval, bool waits)
{
	for (size_t i = 0; i < TOKENS_LISTENERS_MAX; i++)
		if (tokens->listeners[i] && tokens->listeners[i]->approval)
			tokens->listeners[i]->approval(
				approval, waits, tokens->listeners[i]->userdata);
}

static enum entry_how how(const struct caller *caller)
{
	if (caller == &tokens_patd)
		return ENTRY_PATD;
	if (caller->uid == 0)
		return caller->by_front ? ENTRY_BUS : ENTRY_ROOT;
	return caller->granted != 0 ? ENTRY_PASSWORD : ENTRY_OWNER;
}

struct entry tokens_entry(struct tokens *tokens, const struct caller *caller,
	enum entry_event event, const struct token *token)
{
	struct entry entry = {
		.at = clock_now(tokens->clock),
		.event = event,
		.by_uid = caller->uid,
		.how = how(caller),
	};

	if (token) {
		entry.id = token->id;
		entry.uid = token->uid;
		pat_field_cut(entry.user, sizeof(entry.user), token->user);
		pat_field_cut(entry.name, sizeof(entry.name), token->name);
	}
	return entry;
}

void tokens_store_time(struct tokens *tokens, uint64_t now)
{
	uses_gather_time(tokens, now);
	tokens->time_stored = now;
}

void tokens_record(struct tokens *tokens, struct entry *entry)
{
	if (uses_gather_entry(tokens, entry) < 0)
		log_error("an entry of the history about token %s could not be recorded",
			entry->id.text);
	tokens_notify_entry(tokens, entry);
}

static int write_change(struct tokens *tokens, const struct change *change)
{
	int r;

	switch (change->kind) {
	case CHANGE_GENERATE:
		return store_insert(tokens->store, change->token);
	case CHANGE_UPDATE:
		return store_update(tokens->store, change->token);
	case CHANGE_ROTATE:
		return store_rotate(tokens->store, change->token);
	case CHANGE_DELETE:
		r = history_forget(tokens->history, change->token->id.text);
		return r < 0 ? r : store_delete(tokens->store, change->token->id.text);
	case CHANGE_DISABLE:
		return store_disable(tokens->store, change->disabled);
	case CHANGE_ENABLE:
		return store_enable(tokens->store, change->disabled);
	case CHANGE_NONE:
		return 0;
	}
	return -EINVAL;
}

static const struct {
	bool sealed;   /* the token gets a MAC */
	bool notified; /* here, and not by the caller */
	enum token_event event;
} kinds[] = {
	[CHANGE_GENERATE] = { true, true, TOKEN_GENERATED },
	[CHANGE_UPDATE] = { true, true, TOKEN_CHANGED },
	[CHANGE_ROTATE] = { true, true, TOKEN_CHANGED },
	[CHANGE_DELETE] = { false, true, TOKEN_DELETED },
	[CHANGE_DISABLE] = { false, false, TOKEN_BULK_CHANGED },
	[CHANGE_ENABLE] = { false, false, TOKEN_BULK_CHANGED },
	[CHANGE_NONE] = { false, false, TOKEN_BULK_CHANGED },
};

/* Such a change is made also on a full disk, and on one that fails. */
static bool takes_access(const struct change *change)
{
	static const bool events[ENTRY_EVENTS] = {
		[ENTRY_REVOKED] = true,
		[ENTRY_SUSPENDED] = true,
		[ENTRY_DELETED] = true,
		[ENTRY_DISABLED] = true,
	};

	return change->entry && events[change->entry->event];
}

struct writing {
	struct tokens *tokens;
	const struct change *change;
	const struct numbering *numbering;
	uint64_t now;
};

/* Inside the transaction; a second time, should there be room for it after all. */
static int write_all(void *userdata)
{
	const struct writing *writing = userdata;
	struct tokens *tokens = writing->tokens;
	const struct change *change = writing->change;
	int r;

	if ((r = write_change(tokens, change)) < 0 ||
		(r = tokens_change_kept(tokens, change)) < 0 ||
		(r = fleet_write_numbering(tokens, writing->numbering)) < 0 ||
		(change->entry && (r = history_append(tokens->history, change->entry)) < 0))
		return r;
	return meta_set_number(tokens->database, META_TIME, writing->now);
}

int tokens_check_disk(const struct tokens *tokens, bool takes_access)
{
	const struct sync *sync = tokens->database->sync;

	if (!sync)
		return 0;
	if (sync_paused(sync))
		return -EAGAIN;
	return sync_failing(sync) && !takes_access ? -EIO : 0;
}

int tokens_commit(struct tokens *tokens, const struct change *change)
{
	struct numbering numbering;
	struct writing writing = { tokens, change, &numbering, clock_now(tokens->clock) };
	int r = tokens_check_disk(tokens, takes_access(change));

	if (r == 0)
		r = fleet_number_change(tokens, change, takes_access(change), &numbering);

	if (r < 0) {
		if (change->entry)
			change->entry->seq = 0;
		return r;
	}

	/* If uses are lost, that is known before this entry is chained to one. */
	tokens_commit_usage(tokens);
	(void)uses_flush(tokens, change->token ? &change->token->id : NULL);
	if (kinds[change->kind].sealed)
		key_row_mac(tokens->key, change->token, change->token->mac);
	r = transaction_run(tokens->database, takes_access(change), write_all, &writing);
	if (r < 0) {
		if (change->entry)
			change->entry->seq = 0;
		return r;
	}
	tokens->time_stored = writing.now;
	tokens->pending_time = 0;
	if (change->token)
		uses_forget(tokens, &change->token->id);
	fleet_numbered(tokens, &numbering);
	if (change->entry)
		tokens_notify_entry(tokens, change->entry);
	if (kinds[change->kind].notified)
		tokens_notify(tokens, kinds[change->kind].event, change->token);
	return 0;
}

enum pat_error tokens_commit_token(struct tokens *tokens, const struct caller *caller,
	enum change_kind kind, enum entry_event event, struct token *token, const char *detail,
	struct refusal *ret_refusal)
{
	struct entry entry = tokens_entry(tokens, caller, event, token);
	const struct change change = { .kind = kind, .token = token, .entry = &entry };

	pat_field_cut(entry.detail, sizeof(entry.detail), detail);
	return tokens_refuse_errno(tokens_commit(tokens, &change), ret_refusal);
}
