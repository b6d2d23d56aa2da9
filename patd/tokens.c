#include "patd/tokens_private.h"

#include <errno.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "common/expiry.h"

static const char *const whys[PAT_ERRORS] = {
	[PAT_ERR_NAME_TAKEN] = "the user has a token of that name; choose another name",
	[PAT_ERR_UNKNOWN_USER] = "no user that a token can be bound to has that name",
	[PAT_ERR_NOT_FOUND] = "no such token",
	[PAT_ERR_AGAINST_POLICY] =
		"the policy of this machine does not allow it; patctl policy shows it",
	[PAT_ERR_DENIED] = "only an administrator may do that",
	[PAT_ERR_STORAGE] = "the database failed, nothing was changed; the log of patd says why",
	[PAT_ERR_NO_MEMORY] = "out of memory, nothing was changed",
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
			PAT_ERR_STORAGE, "the disk is full; nothing was changed", ret_refusal);
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
	*ret_refusal = (struct refusal) {
		.why = whys[PAT_ERR_DENIED], .lacks = lacks, .operation = operation
	};
	return PAT_ERR_DENIED;
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

int tokens_new(
	struct store *store, const struct key *key, struct clock *clock, struct tokens **ret_tokens)
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
	if (clock->highest < time)
		clock->highest = time;
	tokens->store = store;
	tokens->key = key;
	tokens->clock = clock;
	tokens->time_stored = time;
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
	free(tokens);
}

void tokens_listen(struct tokens *tokens, token_event_fn fn, void *userdata)
{
	tokens->listener = fn;
	tokens->listener_data = userdata;
}

uint64_t tokens_events(const struct tokens *tokens)
{
	return tokens->events;
}

void tokens_tell(struct tokens *tokens, enum token_event event, const struct token *token)
{
	tokens->events++;
	if (tokens->listener)
		tokens->listener(event, token, tokens->listener_data);
}

int tokens_store_time(struct tokens *tokens, uint64_t now)
{
	int r = store_touch_time(tokens->store, now);

	if (r == 0)
		tokens->time_stored = now;
	return r;
}

bool tokens_intact(const struct tokens *tokens, const struct token *token)
{
	uint8_t mac[TOKEN_MAC_LEN];

	key_row_mac(tokens->key, token, mac);
	return sodium_memcmp(mac, token->mac, sizeof(mac)) == 0;
}

bool token_expired(const struct token *token, uint64_t now)
{
	return token->expires_at != PAT_NEVER && now >= token->expires_at;
}

enum token_state tokens_state(struct tokens *tokens, const struct token *token)
{
	if (!tokens_intact(tokens, token))
		return TOKEN_ALTERED;
	if (token->revoked_at != 0)
		return TOKEN_REVOKED;
	return token_expired(token, clock_now(tokens->clock)) ? TOKEN_EXPIRED : TOKEN_ACTIVE;
}

static enum pat_error choose_expiry(const struct wish *wish, uint64_t now, uint64_t *ret_expires_at,
	struct refusal *ret_refusal)
{
	uint64_t lifetime = wish->has_lifetime ? wish->lifetime : PAT_LIFETIME_DEFAULT;

	if (wish->has_lifetime && wish->has_expires_at)
		return tokens_refuse(
			PAT_ERR_INVALID_ARGS, "give lifetime or expires_at, not both", ret_refusal);
	if (wish->has_expires_at && wish->expires_at == PAT_NEVER) {
		*ret_expires_at = PAT_NEVER;
		return PAT_OK;
	}
	if (wish->has_expires_at && wish->expires_at <= now)
		return tokens_refuse(
			PAT_ERR_INVALID_EXPIRY, "the expiration is in the past", ret_refusal);
	if (lifetime == 0)
		return tokens_refuse(PAT_ERR_INVALID_EXPIRY,
			"the lifetime is zero; for a token that never expires set expires_at to 0",
			ret_refusal);
	if ((wish->has_expires_at && wish->expires_at > PAT_EXPIRES_MAX) || now > PAT_EXPIRES_MAX ||
		lifetime > PAT_EXPIRES_MAX - now)
		return tokens_refuse(PAT_ERR_INVALID_EXPIRY,
			"the expiration is beyond the year 9999; choose an earlier one, or never",
			ret_refusal);
	*ret_expires_at = wish->has_expires_at ? wish->expires_at : now + lifetime;
	return PAT_OK;
}

/* A name that shows up in a dialog is one that a user can have. */
bool tokens_user_nameable(const char *user)
{
	return !pat_name_problem(user) && strlen(user) <= TOKEN_USER_BYTES_MAX;
}

static int found(const struct token *token, void *userdata)
{
	(void)token;
	*(bool *)userdata = true;
	return 1;
}

/* Nobody shall give a password for what cannot be. */
static enum pat_error check_own_name(struct tokens *tokens, const struct caller *caller,
	const char *name, struct refusal *ret_refusal)
{
	const struct list_filter filter = {
		.user = caller->user,
		.by_uid = true,
		.uid = caller->uid,
		.name = name,
	};
	bool taken = false;
	int r = store_list(tokens->store, &filter, found, &taken);

	if (r < 0)
		return tokens_refuse_errno(r, ret_refusal);
	return taken ? tokens_refuse(PAT_ERR_NAME_TAKEN, NULL, ret_refusal) : PAT_OK;
}

enum pat_error tokens_may_generate(struct tokens *tokens, const struct caller *caller,
	const struct wish *wish, struct refusal *ret_refusal)
{
	const char *problem = pat_name_problem(wish->name);
	bool own = !wish->user || strcmp(wish->user, caller->user) == 0;
	uint64_t expires_at;
	enum pat_error error;

	if (problem)
		return tokens_refuse(PAT_ERR_INVALID_NAME, problem, ret_refusal);
	if (wish->user && !tokens_user_nameable(wish->user))
		return tokens_refuse(PAT_ERR_UNKNOWN_USER, NULL, ret_refusal);
	error = choose_expiry(wish, clock_now(tokens->clock), &expires_at, ret_refusal);
	if (error == PAT_OK && own)
		error = check_own_name(tokens, caller, wish->name, ret_refusal);
	if (error != PAT_OK)
		return error;
	return tokens_allow(caller, OP_GENERATE, own, ret_refusal);
}

enum pat_error tokens_generate(struct tokens *tokens, const struct caller *caller,
	const struct wish *wish, struct token *ret_token, char secret[static PAT_TOKEN_LEN + 1],
	struct refusal *ret_refusal)
{
	uint64_t now = clock_now(tokens->clock);
	struct token token = { .uid = wish->uid, .created_at = now };
	struct pat_digest digest;
	const char *problem = pat_name_problem(wish->name);
	enum pat_error error;
	int r;

	error = tokens_allow(
		caller, OP_GENERATE, authority_owns(caller, wish->uid, wish->user), ret_refusal);
	if (error != PAT_OK)
		return error;
	if (problem)
		return tokens_refuse(PAT_ERR_INVALID_NAME, problem, ret_refusal);
	if (!tokens_user_nameable(wish->user))
		return tokens_refuse(PAT_ERR_UNKNOWN_USER, NULL, ret_refusal);
	error = choose_expiry(wish, now, &token.expires_at, ret_refusal);
	if (error != PAT_OK)
		return error;

	pat_field_cut(token.user, sizeof(token.user), wish->user);
	pat_field_cut(token.name, sizeof(token.name), wish->name);
	pat_token_new(secret, &token.id);
	pat_token_digest(secret, &digest);
	key_verifier(tokens->key, &digest, token.verifier);
	sodium_memzero(&digest, sizeof(digest));
	key_row_mac(tokens->key, &token, token.mac);

	r = store_insert(tokens->store, &token);
	if (r < 0) {
		sodium_memzero(secret, PAT_TOKEN_LEN + 1);
		return tokens_refuse_errno(r, ret_refusal);
	}
	tokens->time_stored = now;
	tokens_tell(tokens, TOKEN_GENERATED, &token);
	*ret_token = token;
	return PAT_OK;
}

enum pat_error tokens_find(struct tokens *tokens, const struct caller *caller, const char *id,
	struct token *ret_token, struct refusal *ret_refusal)
{
	struct token token;
	int r;

	r = store_get(tokens->store, id, &token);
	/* Of a damaged row nobody can say whose it is. */
	if (caller->uid != 0 &&
		(r == -EBADMSG || (r == 0 && !authority_owns(caller, token.uid, token.user))))
		r = -ENOENT;
	if (r < 0)
		return tokens_refuse_errno(r, ret_refusal);
	*ret_token = token;
	return PAT_OK;
}

/*
 * A token that the caller may do that to.  Who may not is not told whether there is one.
 * 0, -ENOENT, -EBADMSG: no word of it can be read; or another of store's errors.
 */
static enum pat_error find_for(struct tokens *tokens, const struct caller *caller,
	enum operation operation, const char *id, struct token *ret_token, int *ret_r,
	struct refusal *ret_refusal)
{
	*ret_r = store_get(tokens->store, id, ret_token);
	return tokens_allow(caller, operation,
		*ret_r == 0 && authority_owns(caller, ret_token->uid, ret_token->user),
		ret_refusal);
}

/* A new MAC would make an altered row good again. */
static enum pat_error set_revoked(struct tokens *tokens, struct token *token, uint64_t revoked_at,
	struct refusal *ret_refusal)
{
	uint64_t now = clock_now(tokens->clock);
	int r;

	if (!tokens_intact(tokens, token))
		return tokens_refuse(PAT_ERR_STORAGE,
			"the token was altered in the database, outside of patd; it opens "
			"nothing and can only be deleted",
			ret_refusal);
	token->revoked_at = revoked_at;
	key_row_mac(tokens->key, token, token->mac);
	r = store_set_revoked(tokens->store, token, now);
	if (r < 0)
		return tokens_refuse_errno(r, ret_refusal);
	tokens->time_stored = now;
	tokens_tell(tokens, TOKEN_CHANGED, token);
	return PAT_OK;
}

enum pat_error tokens_revoke(struct tokens *tokens, const struct caller *caller, const char *id,
	struct refusal *ret_refusal)
{
	struct token token;
	enum pat_error error;
	int r;

	error = find_for(tokens, caller, OP_REVOKE, id, &token, &r, ret_refusal);
	if (error != PAT_OK)
		return error;
	if (r < 0)
		return tokens_refuse_errno(r, ret_refusal);
	if (tokens_state(tokens, &token) == TOKEN_REVOKED)
		return PAT_OK;
	return set_revoked(tokens, &token, clock_now(tokens->clock), ret_refusal);
}

enum pat_error tokens_restore(struct tokens *tokens, const struct caller *caller, const char *id,
	struct refusal *ret_refusal)
{
	struct token token;
	enum pat_error error;
	int r;

	error = find_for(tokens, caller, OP_RESTORE, id, &token, &r, ret_refusal);
	if (error != PAT_OK)
		return error;
	if (r < 0)
		return tokens_refuse_errno(r, ret_refusal);
	if (token.revoked_at == 0)
		return tokens_refuse(PAT_ERR_NOT_REVOKED, "the token is not revoked", ret_refusal);
	if (token_expired(&token, clock_now(tokens->clock)))
		return tokens_refuse(
			PAT_ERR_EXPIRED, "the token has expired; generate a new one", ret_refusal);
	return set_revoked(tokens, &token, 0, ret_refusal);
}

enum pat_error tokens_delete(struct tokens *tokens, const struct caller *caller, const char *id,
	struct refusal *ret_refusal)
{
	uint64_t now = clock_now(tokens->clock);
	struct token token = { 0 };
	enum pat_error error;
	int r;

	pat_field_cut(token.id.text, sizeof(token.id.text), id);
	error = find_for(tokens, caller, OP_DELETE, id, &token, &r, ret_refusal);
	if (error != PAT_OK)
		return error;
	/* A damaged row opens nothing; to be rid of it is all that is left. */
	if (r < 0 && r != -EBADMSG)
		return tokens_refuse_errno(r, ret_refusal);
	if (r == 0 && token.revoked_at == 0 && tokens_intact(tokens, &token))
		return tokens_refuse(PAT_ERR_NOT_REVOKED,
			"the token is not revoked; revoke it first, then delete it", ret_refusal);
	r = store_delete(tokens->store, id, now);
	if (r < 0)
		return tokens_refuse_errno(r, ret_refusal);
	tokens->time_stored = now;
	tokens_tell(tokens, TOKEN_DELETED, &token);
	return PAT_OK;
}

enum pat_error tokens_may_follow(const struct caller *caller, bool all, struct refusal *ret_refusal)
{
	return tokens_allow(caller, OP_FOLLOW, !all, ret_refusal);
}
