#include "patd/tokens.h"

#include <errno.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/bus.h"
#include "common/expiry.h"
#include "patd/cursor.h"
#include "patd/log.h"

/* How far the time in the database may lag behind the latest time seen, if only used. */
#define TIME_LAG_S 60

struct tokens {
	struct store *store;
	const struct key *key;
	struct clock *clock;
	uint64_t time_stored;
	struct token dummy; /* what an unknown id is compared with, so that it takes as long */
};

static const char *const whys[PAT_ERRORS] = {
	[PAT_ERR_NAME_TAKEN] = "the user has a token of that name; choose another name",
	[PAT_ERR_NOT_FOUND] = "no such token",
	[PAT_ERR_STORAGE] = "the database failed, nothing was changed; the log of patd says why",
	[PAT_ERR_NO_MEMORY] = "out of memory, nothing was changed",
};

static enum pat_error refuse(enum pat_error error, const char *why, const char **ret_why)
{
	*ret_why = why ? why : whys[error];
	return error;
}

static enum pat_error refuse_errno(int r, const char **ret_why)
{
	switch (r) {
	case -ENOENT:
		return refuse(PAT_ERR_NOT_FOUND, NULL, ret_why);
	case -EEXIST:
		return refuse(PAT_ERR_NAME_TAKEN, NULL, ret_why);
	case -ENOMEM:
		return refuse(PAT_ERR_NO_MEMORY, NULL, ret_why);
	case -ENOSPC:
		return refuse(PAT_ERR_STORAGE, "the disk is full; nothing was changed", ret_why);
	default:
		return refuse(PAT_ERR_STORAGE, NULL, ret_why);
	}
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
	free(tokens);
}

static bool intact(const struct tokens *tokens, const struct token *token)
{
	uint8_t mac[TOKEN_MAC_LEN];

	key_row_mac(tokens->key, token, mac);
	return sodium_memcmp(mac, token->mac, sizeof(mac)) == 0;
}

static bool expired(const struct token *token, uint64_t now)
{
	return token->expires_at != PAT_NEVER && now >= token->expires_at;
}

enum token_state tokens_state(struct tokens *tokens, const struct token *token)
{
	if (!intact(tokens, token))
		return TOKEN_ALTERED;
	if (token->revoked_at != 0)
		return TOKEN_REVOKED;
	return expired(token, clock_now(tokens->clock)) ? TOKEN_EXPIRED : TOKEN_ACTIVE;
}

static bool owns(const struct caller *caller, uint32_t uid, const char *user)
{
	return caller->uid == uid && strcmp(caller->user, user) == 0;
}

static enum pat_error choose_expiry(
	const struct wish *wish, uint64_t now, uint64_t *ret_expires_at, const char **ret_why)
{
	uint64_t lifetime = wish->has_lifetime ? wish->lifetime : PAT_LIFETIME_DEFAULT;

	if (wish->has_lifetime && wish->has_expires_at)
		return refuse(
			PAT_ERR_INVALID_ARGS, "give lifetime or expires_at, not both", ret_why);
	if (wish->has_expires_at && wish->expires_at == PAT_NEVER) {
		*ret_expires_at = PAT_NEVER;
		return PAT_OK;
	}
	if (wish->has_expires_at && wish->expires_at <= now)
		return refuse(PAT_ERR_INVALID_EXPIRY, "the expiration is in the past", ret_why);
	if (lifetime == 0)
		return refuse(PAT_ERR_INVALID_EXPIRY,
			"the lifetime is zero; for a token that never expires set expires_at to 0",
			ret_why);
	if ((wish->has_expires_at && wish->expires_at > PAT_EXPIRES_MAX) || now > PAT_EXPIRES_MAX ||
		lifetime > PAT_EXPIRES_MAX - now)
		return refuse(PAT_ERR_INVALID_EXPIRY,
			"the expiration is beyond the year 9999; choose an earlier one, or never",
			ret_why);
	*ret_expires_at = wish->has_expires_at ? wish->expires_at : now + lifetime;
	return PAT_OK;
}

enum pat_error tokens_may_generate(const struct caller *caller, const char **ret_why)
{
	if (caller->uid != 0)
		return refuse(PAT_ERR_DENIED, "only root can generate a token", ret_why);
	return PAT_OK;
}

enum pat_error tokens_generate(struct tokens *tokens, const struct caller *caller,
	const struct wish *wish, struct token *ret_token, char secret[static PAT_TOKEN_LEN + 1],
	const char **ret_why)
{
	uint64_t now = clock_now(tokens->clock);
	struct token token = { .uid = wish->uid, .created_at = now };
	struct pat_digest digest;
	const char *problem;
	enum pat_error error;
	int r;

	error = tokens_may_generate(caller, ret_why);
	if (error != PAT_OK)
		return error;
	problem = pat_name_problem(wish->name);
	if (problem)
		return refuse(PAT_ERR_INVALID_NAME, problem, ret_why);
	if (pat_name_problem(wish->user) ||
		!pat_field_set(token.user, sizeof(token.user), wish->user))
		return refuse(PAT_ERR_UNKNOWN_USER,
			"the user has a name that no token can be bound to", ret_why);
	error = choose_expiry(wish, now, &token.expires_at, ret_why);
	if (error != PAT_OK)
		return error;

	pat_field_cut(token.name, sizeof(token.name), wish->name);
	pat_token_new(secret, &token.id);
	pat_token_digest(secret, &digest);
	key_verifier(tokens->key, &digest, token.verifier);
	sodium_memzero(&digest, sizeof(digest));
	key_row_mac(tokens->key, &token, token.mac);

	r = store_insert(tokens->store, &token);
	if (r < 0) {
		sodium_memzero(secret, PAT_TOKEN_LEN + 1);
		return refuse_errno(r, ret_why);
	}
	tokens->time_stored = now;
	*ret_token = token;
	return PAT_OK;
}

enum pat_error tokens_find(struct tokens *tokens, const struct caller *caller, const char *id,
	struct token *ret_token, const char **ret_why)
{
	struct token token;
	int r;

	r = store_get(tokens->store, id, &token);
	if (r < 0)
		return refuse_errno(r, ret_why);
	if (caller->uid != 0 && !owns(caller, token.uid, token.user))
		return refuse(PAT_ERR_NOT_FOUND, NULL, ret_why);
	*ret_token = token;
	return PAT_OK;
}

/* A new MAC would make an altered row good again. */
static enum pat_error set_revoked(
	struct tokens *tokens, struct token *token, uint64_t revoked_at, const char **ret_why)
{
	uint64_t now = clock_now(tokens->clock);
	int r;

	if (!intact(tokens, token))
		return refuse(PAT_ERR_STORAGE,
			"the token was altered in the database, outside of patd; it opens nothing "
			"and "
			"can only be deleted",
			ret_why);
	token->revoked_at = revoked_at;
	key_row_mac(tokens->key, token, token->mac);
	r = store_set_revoked(tokens->store, token, now);
	if (r < 0)
		return refuse_errno(r, ret_why);
	tokens->time_stored = now;
	return PAT_OK;
}

enum pat_error tokens_revoke(
	struct tokens *tokens, const struct caller *caller, const char *id, const char **ret_why)
{
	struct token token;
	enum pat_error error;

	error = tokens_find(tokens, caller, id, &token, ret_why);
	if (error != PAT_OK || tokens_state(tokens, &token) == TOKEN_REVOKED)
		return error;
	return set_revoked(tokens, &token, clock_now(tokens->clock), ret_why);
}

enum pat_error tokens_restore(
	struct tokens *tokens, const struct caller *caller, const char *id, const char **ret_why)
{
	struct token token;
	enum pat_error error;

	error = tokens_find(tokens, caller, id, &token, ret_why);
	if (error != PAT_OK)
		return error;
	if (caller->uid != 0)
		return refuse(PAT_ERR_DENIED, "only root can restore a token", ret_why);
	if (token.revoked_at == 0)
		return refuse(PAT_ERR_NOT_REVOKED, "the token is not revoked", ret_why);
	if (expired(&token, clock_now(tokens->clock)))
		return refuse(
			PAT_ERR_EXPIRED, "the token has expired; generate a new one", ret_why);
	return set_revoked(tokens, &token, 0, ret_why);
}

enum pat_error tokens_delete(
	struct tokens *tokens, const struct caller *caller, const char *id, const char **ret_why)
{
	uint64_t now = clock_now(tokens->clock);
	struct token token;
	enum pat_error error;
	int r;

	error = tokens_find(tokens, caller, id, &token, ret_why);
	if (error != PAT_OK)
		return error;
	if (token.revoked_at == 0 && intact(tokens, &token))
		return refuse(PAT_ERR_NOT_REVOKED,
			"the token is not revoked; revoke it first, then "
			"delete it",
			ret_why);
	r = store_delete(tokens->store, id, now);
	if (r < 0)
		return refuse_errno(r, ret_why);
	tokens->time_stored = now;
	return PAT_OK;
}

/* Passes a page on, and looks one row further to know whether there is another. */
struct page {
	list_row_fn fn;
	void *userdata;
	uint32_t rows, limit;
	struct token last;
};

static int page_row(const struct token *token, void *userdata)
{
	struct page *page = userdata;

	if (page->rows++ == page->limit)
		return 0;
	page->last = *token;
	return page->fn(token, page->userdata);
}

static enum pat_error choose_filter(const struct caller *caller, const struct wanted *wanted,
	struct list_filter *ret_filter, const char **ret_why)
{
	struct list_filter filter = { .name = wanted->name, .id_prefix = wanted->id_prefix };
	bool own = !wanted->all &&
		   (!wanted->user || (caller->uid != 0 && strcmp(wanted->user, caller->user) == 0));

	if (wanted->all && wanted->user)
		return refuse(PAT_ERR_INVALID_ARGS, "give user or all, not both", ret_why);
	if (!own && caller->uid != 0)
		return refuse(PAT_ERR_DENIED, "only root can list the tokens of others", ret_why);
	if (wanted->id_prefix && !pat_id_prefix_valid(wanted->id_prefix))
		return refuse(PAT_ERR_INVALID_ARGS,
			"id_prefix is 1 to 10 characters of 0-9, A-Z, a-z", ret_why);
	if (own) {
		filter.by_uid = true;
		filter.uid = caller->uid;
		filter.user = caller->user;
	} else {
		filter.user = wanted->user;
	}
	*ret_filter = filter;
	return PAT_OK;
}

enum pat_error tokens_list(struct tokens *tokens, const struct caller *caller,
	const struct wanted *wanted, list_row_fn fn, void *userdata,
	char ret_cursor[static TOKENS_CURSOR_MAX], const char **ret_why)
{
	struct page page = { .fn = fn, .userdata = userdata, .limit = wanted->limit };
	struct list_filter filter;
	struct cursor cursor;
	enum pat_error error;
	int r;

	error = choose_filter(caller, wanted, &filter, ret_why);
	if (error != PAT_OK)
		return error;
	if (wanted->cursor[0] != '\0') {
		if (!cursor_parse(wanted->cursor, &cursor))
			return refuse(PAT_ERR_INVALID_ARGS, "cursor is none that ListTokens gave",
				ret_why);
		filter.after_user = cursor.user;
		filter.after_uid = cursor.uid;
		filter.after_name = cursor.name;
	}
	if (page.limit == 0 || page.limit > PAT_PAGE_MAX)
		page.limit = PAT_PAGE_MAX;

	r = store_list(tokens->store, &filter, page.limit + 1, page_row, &page);
	if (r != 0)
		return refuse_errno(r, ret_why);
	ret_cursor[0] = '\0';
	if (page.rows > page.limit)
		cursor_format(&page.last, ret_cursor, TOKENS_CURSOR_MAX);
	return PAT_OK;
}

/* The token that a request is compared with, and whether it is the real one. */
static int find_for_request(
	struct tokens *tokens, const struct pat_request *request, struct token *ret_token)
{
	int r = store_begin_usage(tokens->store);

	if (r == 0)
		r = store_get(tokens->store, request->id, ret_token);
	if (r < 0)
		*ret_token = tokens->dummy;
	return r;
}

static int store_time(struct tokens *tokens, uint64_t now)
{
	int r = store_touch_time(tokens->store, now);

	if (r == 0)
		tokens->time_stored = now;
	return r;
}

/* Once told so, a token stays expired, also if patd starts again under a clock set back. */
static void record_end(struct tokens *tokens, const struct token *token, uint64_t now)
{
	if (tokens->time_stored < token->expires_at && store_time(tokens, now) < 0)
		log_error("the end of token %s could not be recorded", token->id.text);
}

static void record_use(struct tokens *tokens, const struct token *token, uint64_t now)
{
	int r = store_touch(tokens->store, token->id.text, now);

	if (r == 0 && now - tokens->time_stored >= TIME_LAG_S)
		r = store_time(tokens, now);
	if (r < 0)
		log_error("the use of token %s could not be recorded", token->id.text);
}

enum pat_verdict tokens_verify(struct tokens *tokens, uint32_t caller_uid,
	const struct pat_request *request, uint64_t *ret_expires_at)
{
	uint64_t now = clock_now(tokens->clock);
	uint8_t verifier[TOKEN_VERIFIER_LEN];
	struct token token;
	bool known, matches, unaltered;
	int r;

	if (caller_uid != 0 && caller_uid != request->uid)
		return PAT_NOT_ALLOWED;

	/* An unknown id costs what a known one does: nothing is decided before all is computed. */
	r = find_for_request(tokens, request, &token);
	known = r == 0;
	key_verifier(tokens->key, &request->digest, verifier);
	matches = sodium_memcmp(verifier, token.verifier, sizeof(verifier)) == 0;
	unaltered = intact(tokens, &token);
	sodium_memzero(verifier, sizeof(verifier));

	if (r < 0 && r != -ENOENT)
		return PAT_FAILED;
	if (!known || !matches)
		return PAT_WRONG;
	if (!unaltered) {
		log_warning("token %s was altered in the database, outside of patd: refused",
			token.id.text);
		return PAT_WRONG;
	}
	if (token.uid != request->uid || strcmp(token.user, request->user) != 0)
		return PAT_OTHER_USER;
	if (token.revoked_at != 0)
		return PAT_REVOKED;
	*ret_expires_at = token.expires_at;
	if (expired(&token, now)) {
		record_end(tokens, &token, now);
		return PAT_EXPIRED;
	}

	record_use(tokens, &token, now);
	return PAT_ACCEPTED;
}

void tokens_commit_usage(struct tokens *tokens)
{
	if (store_commit_usage(tokens->store) < 0) {
		log_error("the latest uses of tokens could not be recorded");
		tokens->time_stored = 0; /* what is stored now is older than we thought */
	}
}
