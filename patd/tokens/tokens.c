#include "patd/tokens/tokens_private.h"

#include <errno.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "common/l10n.h"
#include "patd/rules/validity.h"

const struct caller tokens_patd = { .user = "patd" };

static const char *const whys[PAT_ERRORS] = {
	[PAT_ERR_NAME_TAKEN] = N_("the user has a token of that name; choose another name"),
	[PAT_ERR_UNKNOWN_USER] = N_("no user that a token can be bound to has that name"),
	[PAT_ERR_NOT_FOUND] = N_("no such token"),
	[PAT_ERR_AGAINST_POLICY] =
		N_("the policy of this machine does not allow it; patctl policy shows it"),
	[PAT_ERR_DENIED] = N_("only an administrator may do that"),
	[PAT_ERR_STORAGE] =
		N_("the database failed, nothing was changed; the log of patd says why"),
	[PAT_ERR_NO_MEMORY] = N_("out of memory, nothing was changed"),
};

enum pat_error tokens_refuse(enum pat_error error, const char *why, struct refusal *ret_refusal)
{
	*ret_refusal = (struct refusal) { .why = why ? why : whys[error] };
	return error;
}

enum pat_error tokens_refuse_errno(int r, struct refusal *ret_refusal)
{
	switch (r) {
	case -ENOENT:
		return tokens_refuse(PAT_ERR_NOT_FOUND, NULL, ret_refusal);
	case -EEXIST:
		return tokens_refuse(PAT_ERR_NAME_TAKEN, NULL, ret_refusal);
	case -ENOMEM:
		return tokens_refuse(PAT_ERR_NO_MEMORY, NULL, ret_refusal);
	case -ENOSPC:
		return tokens_refuse(
			PAT_ERR_STORAGE, N_("the disk is full; nothing was changed"), ret_refusal);
	default:
		return tokens_refuse(PAT_ERR_STORAGE, NULL, ret_refusal);
	}
}

enum pat_error tokens_allow(const struct caller *caller, enum operation operation, bool own,
	struct refusal *ret_refusal)
{
	enum action lacks = authority_lacks(caller, operation, own);

	if (lacks == ACTION_NONE)
		return PAT_OK;
	/* For what only root may, there is nothing to ask polkit. */
	*ret_refusal = (struct refusal) {
		.why = whys[PAT_ERR_DENIED],
		.lacks = lacks == ACTION_ROOT ? ACTION_NONE : lacks,
		.operation = operation,
	};
	return PAT_ERR_DENIED;
}

enum pat_error tokens_ratelimit(
	struct tokens *tokens, const struct caller *caller, struct refusal *ret_refusal)
{
	uint64_t now_us = clock_now(tokens->clock) * UINT64_C(1000000);

	if (caller->uid == 0 || (caller->granted & 1U << ACTION_MANAGE_OTHERS) != 0 ||
		ratelimit_take(&tokens->changes, caller->uid, now_us))
		return PAT_OK;
	return tokens_refuse(PAT_ERR_BUSY,
		N_("you have changed tokens too often; try again later, or revoke the token for "
		   "good, which is always possible"),
		ret_refusal);
}

/* The key belongs to the store if the store knows it, or has nothing that another key made. */
static int check_key(struct store *store, const struct key *key)
{
	uint8_t ours[KEY_CHECK_LEN], theirs[KEY_CHECK_LEN];
	bool has_tokens;
	int r;

	key_check_value(key, ours);
	r = store_get_key_check(store, theirs, sizeof(theirs));
	if (r < 0 && r != -ENOENT)
		return r;
	if (r == 0 && sodium_memcmp(ours, theirs, sizeof(ours)) == 0)
		return 0;
	r = store_has_tokens(store, &has_tokens);
	if (r < 0)
		return r;
	return has_tokens ? -EKEYREJECTED : store_set_key_check(store, ours, sizeof(ours));
}

/*
 * Logins of one user's tokens that come into the history, at once and on the long run: what the
 * services of root and of verifiers let in; and refusals, and whatever users ask for themselves,
 * who need no service for it.  Alerts are counted apart, or a flood of others would hide them.
 */
#define USES_BURST 1000U
#define USE_COST_US (UINT64_C(10) * 1000000)
#define REFUSALS_BURST 100U
#define REFUSAL_COST_US (UINT64_C(30) * 1000000)

/* The same for changes by their owners: enough for all that one can have, at once. */
#define CHANGES_BURST 1000U
#define CHANGE_COST_US (UINT64_C(10) * 1000000)

int tokens_new(struct store *store, const struct key *key, struct clock *clock,
	const struct policy *policy, struct tokens **ret_tokens)
{
	struct tokens *tokens;
	uint64_t time = 0;
	int r;

	r = check_key(store, key);
	if (r == 0)
		r = store_get_time(store, &time);
	if (r < 0)
		return r;
	tokens = calloc(1, sizeof(*tokens));
	if (!tokens)
		return -ENOMEM;
	r = history_new(store, key, &tokens->history);
	if (r == 0)
		r = store_sync_usage(store, policy->usage_sync_full);
	if (r < 0) {
		history_free(tokens->history);
		free(tokens);
		return r;
	}
	if (clock->highest < time)
		clock->highest = time;
	tokens->store = store;
	tokens->key = key;
	tokens->clock = clock;
	tokens->policy = policy;
	tokens->time_stored = time;
	tokens->uses.cost_us = USE_COST_US;
	tokens->uses.burst = USES_BURST;
	tokens->refusals.cost_us = REFUSAL_COST_US;
	tokens->refusals.burst = REFUSALS_BURST;
	tokens->alerts = tokens->refusals;
	tokens->change_queue = tokens->refusals;
	tokens->changes.cost_us = CHANGE_COST_US;
	tokens->changes.burst = CHANGES_BURST;
	randombytes_buf(tokens->dummy.verifier, sizeof(tokens->dummy.verifier));
	*ret_tokens = tokens;
	return 0;
}

void tokens_free(struct tokens *tokens)
{
	if (!tokens)
		return;
	/* What was expired when patd ended stays so under a clock set back meanwhile. */
	if (tokens->clock->highest > tokens->time_stored)
		(void)tokens_store_time(tokens, tokens->clock->highest);
	history_free(tokens->history);
	free(tokens);
}

int tokens_set_policy(struct tokens *tokens, const struct policy *policy)
{
	tokens->policy = policy;
	return store_sync_usage(tokens->store, policy->usage_sync_full);
}

const struct policy *tokens_policy(const struct tokens *tokens)
{
	return tokens->policy;
}

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

uint64_t tokens_events(const struct tokens *tokens)
{
	return tokens->events;
}

void tokens_notify(struct tokens *tokens, enum token_event event, const struct token *token)
{
	tokens->events++;
	for (size_t i = 0; i < TOKENS_LISTENERS_MAX; i++)
		if (tokens->listeners[i] && tokens->listeners[i]->token)
			tokens->listeners[i]->token(event, token, tokens->listeners[i]->userdata);
}

int tokens_store_time(struct tokens *tokens, uint64_t now)
{
	int r = store_touch_time(tokens->store, now);

	if (r == 0)
		tokens->time_stored = now;
	return r;
}

void tokens_set_verifier(
	const struct tokens *tokens, struct token *token, const char secret[static PAT_TOKEN_LEN])
{
	struct pat_digest digest;

	pat_token_digest(secret, &digest);
	key_verifier(tokens->key, &digest, token->verifier);
	sodium_memzero(&digest, sizeof(digest));
}

bool tokens_intact(const struct tokens *tokens, const struct token *token)
{
	uint8_t mac[TOKEN_MAC_LEN];

	key_row_mac(tokens->key, token, mac);
	return sodium_memcmp(mac, token->mac, sizeof(mac)) == 0;
}

enum token_state tokens_state(struct tokens *tokens, const struct token *token)
{
	uint64_t now = clock_now(tokens->clock);
	bool disabled = true; /* if it cannot be found out, nothing opens either */

	if (!tokens_intact(tokens, token))
		return TOKEN_ALTERED;
	if (validity_revoked(token, now))
		return TOKEN_REVOKED;
	if (validity_expired(token, tokens->policy, now))
		return TOKEN_EXPIRED;
	if (validity_exhausted(token))
		return TOKEN_EXHAUSTED;
	if (store_is_disabled(tokens->store, token->user, &disabled) < 0 || disabled)
		return TOKEN_DISABLED;
	return now < token->limits.not_before ? TOKEN_PENDING : TOKEN_ACTIVE;
}

uint64_t tokens_end(struct tokens *tokens, const struct token *token)
{
	return validity_end(token, tokens->policy);
}

bool tokens_revoked(struct tokens *tokens, const struct token *token)
{
	return validity_revoked(token, clock_now(tokens->clock));
}

uint64_t tokens_now(struct tokens *tokens)
{
	return clock_now(tokens->clock);
}

/* A name that shows up in a dialog is one that a user can have. */
bool tokens_user_nameable(const char *user)
{
	return !pat_name_problem(user) && strlen(user) <= TOKEN_USER_BYTES_MAX;
}

const char *tokens_whose(const struct caller *caller, const char *user, bool all, bool *ret_own)
{
	if (all && user)
		return "give user or all, not both";
	if (user && !tokens_user_nameable(user))
		return "user is no name of a user";
	/* root sees a name, be it its own, under every uid that it was bound to. */
	*ret_own = !all && (!user || (caller->uid != 0 && strcmp(user, caller->user) == 0));
	return NULL;
}

const char *tokens_reason_problem(const char *reason)
{
	if (pat_name_problem(reason) || strlen(reason) > TOKEN_REASON_MAX)
		return N_("a reason is 1 to 255 bytes of UTF-8 without control characters");
	return NULL;
}

static enum entry_how how(const struct caller *caller)
{
	if (caller == &tokens_patd)
		return ENTRY_PATD;
	if (caller->uid == 0)
		return ENTRY_ROOT;
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

struct note tokens_note(struct tokens *tokens, const struct entry *entry)
{
	struct note note = { .entry = *entry };

	/* If uses are lost, that is known before it is said which entry this one follows. */
	tokens_commit_usage(tokens);
	history_prepare(tokens->history, &note.entry, &note.seal);
	return note;
}

void tokens_notify_entry(struct tokens *tokens, const struct entry *entry)
{
	for (size_t i = 0; i < TOKENS_LISTENERS_MAX; i++)
		if (tokens->listeners[i] && tokens->listeners[i]->entry)
			tokens->listeners[i]->entry(entry, tokens->listeners[i]->userdata);
}

void tokens_noted(struct tokens *tokens, const struct note *note)
{
	history_took(tokens->history, &note->seal);
	tokens->time_stored = note->entry.at;
	tokens_notify_entry(tokens, &note->entry);
}

enum pat_error tokens_write(struct tokens *tokens, struct token *token, const struct entry *entry,
	struct refusal *ret_refusal)
{
	struct note note = tokens_note(tokens, entry);
	int r;

	key_row_mac(tokens->key, token, token->mac);
	r = store_update(tokens->store, token, &note);
	if (r < 0)
		return tokens_refuse_errno(r, ret_refusal);
	tokens_noted(tokens, &note);
	tokens_notify(tokens, TOKEN_CHANGED, token);
	return PAT_OK;
}
