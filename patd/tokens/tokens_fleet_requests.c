/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What other machines ask an issuer for: to revoke a token, and to note a use. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "patd/model/fleet_name.h"
#include "patd/rules/validity.h"
#include "patd/tokens/tokens_fleet_private.h"
#include "patd/tokens/uses.h"
#include "patd/util/log.h"

/* --- revocations --- */

/* The token, if it is one of the fleet's and as patd wrote it; else -ENOENT. */
static int load_fleet_token(struct tokens *tokens, const struct pat_id *id, struct token *ret)
{
	int r = uses_get(tokens, id->text, ret);

	if (r == -EBADMSG || (r == 0 && (ret->issuer[0] == '\0' || !tokens_intact(tokens, ret))))
		return -ENOENT;
	return r;
}

static int revoke_own(struct tokens *tokens, const char *host, struct token *token,
	const struct revocation *revocation)
{
	const bool ended = token->revoked_at != 0 && token->revoked_until == 0;
	const bool compromised = validity_compromised(token);
	const struct change change = { .kind = CHANGE_UPDATE, .token = token };
	struct change recorded = change;
	struct entry entry;
	int r;

	if (!tokens_apply_revocation(revocation, clock_now(tokens->clock), token))
		return 0;
	/* Another reason for what is ended already is no reason to tell all machines of it. */
	if (ended && (compromised || !validity_compromised(token)))
		return 0;
	entry = fleet_entry(tokens, ENTRY_REVOKED, token, host, token->revoked_reason);
	recorded.entry = &entry;
	r = tokens_commit(tokens, &recorded);
	if (r == 0 && tokens->policy->revoke_ends_sessions)
		tokens_end_sessions_of(tokens, &tokens_patd, &token->id);
	return r;
}

/* A row of ours, about a token of another issuer, which may be out of reach. */
struct revoking {
	struct tokens *tokens;
	struct kept_issuer *issuer;
	const char *host;
	const struct token *token;
	struct token after; /* as it is held */
	struct fleet_mark mark;
	struct fleet_ledger ledger;
	bool held; /* by this */
	struct entry entry;
};

static int write_revocation(void *userdata)
{
	struct revoking *revoking = userdata;
	struct tokens *tokens = revoking->tokens;
	struct token *after = &revoking->after;
	int r;

	revoking->held = false;
	*after = *revoking->token;
	if ((r = fleet_write_mark(tokens, &revoking->mark)) < 0 ||
		(r = fleet_write_ledger(tokens, &revoking->ledger)) < 0)
		return r;
	if (!fleet_hold(tokens, &revoking->mark, after))
		return 0;
	key_row_mac(tokens->key, after, after->mac);
	if ((r = store_update(tokens->store, after)) < 0 || (r = tokens_kept(tokens, after)) < 0)
		return r;
	revoking->entry =
		fleet_entry(tokens, ENTRY_REVOKED, after, revoking->host, after->revoked_reason);
	r = history_append(tokens->history, &revoking->entry);
	revoking->held = r == 0;
	return r;
}

/* Whether we have signed so before, and it still counts. */
static int begin_revoking(struct revoking *revoking, const char *reason, bool *ret_needed)
{
	static const uint8_t none[FLEET_HASH_LEN];
	struct tokens *tokens = revoking->tokens;
	const char *own = tokens->policy->issuer;
	const struct token *token = revoking->token;
	struct fleet_mark *mark = &revoking->mark;
	int r = store_get_mark(tokens->store, own, token->id.text, mark);
	const bool known = r == 0 && fleet_mark_intact(tokens, mark);

	if (r < 0 && r != -ENOENT && r != -EBADMSG)
		return r;
	*ret_needed = !known || mark->revoked_at <= token->restored_at;
	revoking->ledger = revoking->issuer->ledger;
	if (r == 0 && !known)
		r = fleet_take_out(tokens, &revoking->ledger, token->id.text, mark->row_hash);
	else if (r == -EBADMSG)
		r = fleet_take_out(tokens, &revoking->ledger, token->id.text, none);
	if (r < 0 && r != -ENOENT)
		return r;
	if (!known)
		*mark = (struct fleet_mark) { .id = token->id };
	pat_field_cut(mark->issuer, sizeof(mark->issuer), own);
	mark->kind = FLEET_ROW_REVOCATION;
	/* The issuer's clock may be ahead: what it restored before is revoked after that. */
	mark->revoked_at = clock_now(tokens->clock);
	if (mark->revoked_at <= token->restored_at)
		mark->revoked_at = token->restored_at + 1;
	pat_field_cut(mark->revoked_reason, sizeof(mark->revoked_reason), reason);
	fleet_number_mark(&revoking->ledger, mark);
	return 0;
}

static int sign_revocation(
	struct tokens *tokens, const char *host, const struct token *token, const char *reason)
{
	struct revoking revoking = { .tokens = tokens, .host = host, .token = token };
	bool needed = false;
	int r = fleet_issuer(tokens, tokens->policy->issuer, &revoking.issuer);

	if (r < 0 || (r = begin_revoking(&revoking, reason, &needed)) < 0 || !needed)
		return r;
	tokens_commit_usage(tokens);
	(void)uses_flush(tokens, &token->id);
	r = transaction_run(tokens->database, true, write_revocation, &revoking);
	if (r < 0)
		return r;
	revoking.issuer->ledger = revoking.ledger;
	fleet_tell_changed(tokens, revoking.ledger.number);
	if (!revoking.held)
		return 0;
	uses_forget(tokens, &token->id);
	tokens_notify_entry(tokens, &revoking.entry);
	tokens_notify(tokens, TOKEN_CHANGED, &revoking.after);
	if (tokens->policy->revoke_ends_sessions)
		tokens_end_sessions_of(tokens, &tokens_patd, &token->id);
	return 0;
}

int tokens_fleet_revoke_for(
	struct tokens *tokens, const char *host, const struct pat_id *id, const char *reason)
{
	/* What no person can have given is no reason to let the token live. */
	const bool usable = !tokens_reason_problem(reason);
	const struct revocation revocation = { .reason = usable ? reason : NULL };
	struct token token;
	int r;

	if (!fleet_name_valid(host))
		return -EINVAL;
	if (tokens->policy->issuer[0] == '\0')
		return -ENOENT;
	r = load_fleet_token(tokens, id, &token);
	if (r < 0)
		return r;
	if (fleet_is_own(tokens, token.issuer))
		return revoke_own(tokens, host, &token, &revocation);
	/* Its issuer has said so itself. */
	if (token.revoked_at != 0 && token.revoked_until == 0 && !token.held)
		return 0;
	return sign_revocation(tokens, host, &token, usable ? reason : "");
}

int tokens_fleet_list_held(
	struct tokens *tokens, int (*fn)(const struct token *token, void *userdata), void *userdata)
{
	return store_list_held(tokens->store, fn, userdata);
}

/* --- uses --- */

/* A text of another machine, as it is kept. */
static const char *sanitized(const char *text)
{
	return text[0] != '\0' && pat_name_problem(text) ? "?" : text;
}

/*
 * No place of this machine: a login from there is one from a new place all the same, so that no
 * other machine makes a place known here.
 */
static void describe_place(const char *host, const char *source, struct token *token)
{
	char from[sizeof(token->last_used_from) - FLEET_NAME_LEN_MAX - sizeof(" on ") + 1];

	pat_text_cut(
		from, sizeof(from), PAT_NAME_MAX, source[0] != '\0' ? sanitized(source) : "local");
	memset(token->last_used_from, 0, sizeof(token->last_used_from));
	(void)snprintf(
		token->last_used_from, sizeof(token->last_used_from), "%s on %s", from, host);
}

int tokens_fleet_take_use(struct tokens *tokens, const char *host, const struct pat_id *id,
	uint64_t at, const char *service, const char *source, uint64_t uses)
{
	const uint64_t now = clock_now(tokens->clock);
	struct token token;
	int r = fleet_name_valid(host) ? load_fleet_token(tokens, id, &token) : -EINVAL;

	if (r < 0)
		return r;
	if (!fleet_is_own(tokens, token.issuer))
		return -ENOENT;
	/* By its clock, which may be ahead. */
	if (at > now)
		at = now;
	if (uses == 0 || at <= token.last_used_at)
		return 0;
	token.uses++;
	token.last_used_at = at;
	pat_text_cut(token.last_used_service, sizeof(token.last_used_service), PAT_NAME_MAX,
		sanitized(service));
	describe_place(host, source, &token);
	r = uses_gather(tokens, &token, NULL, NULL);
	if (r < 0)
		return r;
	tokens_commit_usage(tokens);
	tokens_notify(tokens, TOKEN_USED, &token);
	return 0;
}

struct listing_used {
	struct tokens *tokens;
	list_row_fn fn;
	void *userdata;
};

static int list_intact(const struct token *row, void *userdata)
{
	const struct listing_used *listing = userdata;
	struct token token = *row;

	if (!tokens_intact(listing->tokens, row))
		return 0;
	uses_apply_plain(listing->tokens, &token);
	return listing->fn(&token, listing->userdata);
}

int tokens_fleet_list_used(struct tokens *tokens, uint32_t max, list_row_fn fn, void *userdata)
{
	struct listing_used listing = { tokens, fn, userdata };

	/* The listing is of the database. */
	tokens_commit_usage(tokens);
	(void)uses_flush(tokens, NULL);
	return store_list_used(tokens->store, tokens->policy->issuer, max, list_intact, &listing);
}
