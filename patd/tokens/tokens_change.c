/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The changes of a token that exists: revoke, restore, rename, delete. */
#include <errno.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "common/cleanup.h"
#include "common/l10n.h"
#include "common/lifetime.h"
#include "patd/rules/validity.h"
#include "patd/tokens/tokens_fleet_private.h"
#include "patd/tokens/uses.h"

enum pat_error tokens_find(struct tokens *tokens, const struct caller *caller, const char *id,
	struct token *ret_token, struct refusal *ret_refusal)
{
	struct token token;
	int r = uses_get(tokens, id, &token);

	/* Of a damaged row nobody can say whose it is. */
	if (caller->uid != 0 &&
		(r == -EBADMSG || (r == 0 && !authority_owns(caller, token.uid, token.user))))
		r = -ENOENT;
	if (r == 0)
		*ret_token = token;
	return tokens_refuse_errno(r, ret_refusal);
}

static bool is_own(const struct caller *caller, enum operation operation, const struct token *token)
{
	return operation == OP_ROTATE_EXPIRY ? authority_made_own(caller, token)
					     : authority_owns(caller, token->uid, token->user);
}

/*
 * Loads the token, if the caller may do that to it; otherwise it does not learn whether there is
 * one. *ret_r: what store_get() returned.
 */
static enum pat_error load(struct tokens *tokens, const struct caller *caller,
	enum operation operation, const char *id, struct token *ret_token, int *ret_r,
	struct refusal *ret_refusal)
{
	*ret_r = uses_get(tokens, id, ret_token);
	return tokens_allow(caller, operation, *ret_r == 0 && is_own(caller, operation, ret_token),
		ret_refusal);
}

enum pat_error tokens_load_intact(struct tokens *tokens, const struct caller *caller,
	enum operation operation, const char *id, struct token *ret_token,
	struct refusal *ret_refusal)
{
	int r;
	enum pat_error error = load(tokens, caller, operation, id, ret_token, &r, ret_refusal);

	if (error != PAT_OK)
		return error;
	if (r < 0)
		return tokens_refuse_errno(r, ret_refusal);
	if (!tokens_intact(tokens, ret_token))
		return tokens_refuse(PAT_ERR_STORAGE,
			N_("the token was altered in the database, outside of patd; it is "
			   "refused and can only be deleted"),
			ret_refusal);
	/* Revoked everywhere, and with a note anywhere. */
	return operation == OP_REVOKE || operation == OP_SET
		       ? PAT_OK
		       : tokens_check_ours(tokens, ret_token, ret_refusal);
}

enum pat_error tokens_check_ours(
	const struct tokens *tokens, const struct token *token, struct refusal *ret_refusal)
{
	if (!validity_replica(token, tokens->policy))
		return PAT_OK;
	return tokens_refuse(PAT_ERR_NOT_ISSUER,
		N_("this fleet token is of another machine, its issuer, which \"patctl show\" names: "
		   "change it there"),
		ret_refusal);
}

bool tokens_beyond_calendar(uint64_t now, uint64_t seconds)
{
	return seconds != 0 && (now > PAT_EXPIRES_MAX || seconds > PAT_EXPIRES_MAX - now);
}

static enum pat_error check_revocation(
	const struct revocation *revocation, uint64_t now, struct refusal *ret_refusal)
{
	const char *problem = revocation->reason ? tokens_reason_problem(revocation->reason) : NULL;

	if (!problem && revocation->for_a_while && revocation->seconds == 0)
		problem = N_("a suspension of 0 seconds is not allowed; omit the period to revoke "
			     "until restored");
	if (!problem && tokens_beyond_calendar(now, revocation->seconds))
		problem = N_("the suspension would end after the year 9999; omit the period to "
			     "revoke permanently");
	if (!problem && revocation->for_a_while && revocation->reason &&
		strcmp(revocation->reason, TOKEN_REASON_COMPROMISED) == 0)
		problem = N_("a compromised token cannot be suspended; omit the period");
	return problem ? tokens_refuse(PAT_ERR_INVALID_RESTRICTION, problem, ret_refusal) : PAT_OK;
}

bool tokens_apply_revocation(const struct revocation *revocation, uint64_t now, struct token *token)
{
	uint64_t until = revocation->for_a_while ? now + revocation->seconds : 0;
	const char *reason = revocation->reason ? revocation->reason : "";
	bool before = validity_revoked(token, now);
	bool longer = !before ||
		      (token->revoked_until != 0 && (until == 0 || until > token->revoked_until));
	bool other = reason[0] != '\0' && !(before && validity_compromised(token)) &&
		     strcmp(reason, token->revoked_reason) != 0;

	if (!before) {
		token->revoked_at = now;
		token->revoked_reason[0] = '\0';
	}
	if (longer)
		token->revoked_until = until;
	/* Permanently, whatever was set before. */
	if (strcmp(reason, TOKEN_REASON_COMPROMISED) == 0)
		token->revoked_until = 0;
	if (other)
		pat_field_cut(token->revoked_reason, sizeof(token->revoked_reason), reason);
	return !before || longer || other;
}

/* Whether the token worked before, or came back by itself, and now needs a restore at least. */
static bool ends_access(const struct token *before, const struct token *after, uint64_t now)
{
	bool ended = validity_revoked(before, now) && before->revoked_until == 0;

	return (after->revoked_until == 0 && !ended) ||
	       (validity_compromised(after) && !validity_compromised(before));
}

/*
 * Of another issuer's token.  What that has restored before, also by a clock that is ahead, or
 * suspended, does not end the hold: see ends_hold().
 */
static void hold(const struct tokens *tokens, uint64_t now, struct token *token)
{
	if (!validity_replica(token, tokens->policy)) {
		token->held = false;
		return;
	}
	if (!token->held)
		token->revoked_at = now > token->restored_at ? now : token->restored_at + 1;
	token->held = true;
}

static enum pat_error write_revocation(struct tokens *tokens, const struct caller *caller,
	struct token *token, const struct revocation *revocation, struct refusal *ret_refusal)
{
	uint64_t now = clock_now(tokens->clock);
	const struct token before = *token;
	enum pat_error error = check_revocation(revocation, now, ret_refusal);

	if (error == PAT_OK && revocation->for_a_while)
		error = tokens_check_ours(tokens, token, ret_refusal);
	if (error != PAT_OK || !tokens_apply_revocation(revocation, now, token))
		return error;
	hold(tokens, now, token);
	if (!ends_access(&before, token, now))
		error = tokens_ratelimit(tokens, caller, ret_refusal);
	if (error != PAT_OK)
		return error;
	error = tokens_commit_token(tokens, caller, CHANGE_UPDATE,
		token->revoked_until == 0 ? ENTRY_REVOKED : ENTRY_SUSPENDED, token,
		token->revoked_reason, ret_refusal);
	if (error == PAT_OK && token->held)
		fleet_tell_held(tokens, token);
	return error;
}

/* Its sessions are ended also where it was revoked before. */
static enum pat_error revoke_token(struct tokens *tokens, const struct caller *caller,
	struct token *token, const struct revocation *revocation, struct refusal *ret_refusal)
{
	enum pat_error error = write_revocation(tokens, caller, token, revocation, ret_refusal);

	if (error == PAT_OK && (revocation->end_sessions || tokens->policy->revoke_ends_sessions))
		tokens_end_sessions_of(tokens, caller, &token->id);
	return error;
}

enum pat_error tokens_revoke(struct tokens *tokens, const struct caller *caller, const char *id,
	const struct revocation *revocation, struct refusal *ret_refusal)
{
	struct token token;
	enum pat_error error =
		tokens_load_intact(tokens, caller, OP_REVOKE, id, &token, ret_refusal);

	if (error != PAT_OK)
		return error;
	return revoke_token(tokens, caller, &token, revocation, ret_refusal);
}

enum pat_error tokens_revoke_unused(
	struct tokens *tokens, struct token *token, struct refusal *ret_refusal)
{
	const struct revocation unused = { .reason = "unused for too long" };

	return revoke_token(tokens, &tokens_patd, token, &unused, ret_refusal);
}

#define REVOKED_MAX 4U     /* in one turn of the loop: each is synced */
#define LOOKED_AT_MAX 512U /* the same */

/* Tokens of a user that are to be revoked in this turn. */
struct batch {
	struct tokens *tokens;
	struct token found[REVOKED_MAX];
	unsigned int n;
	char last[TOKENS_CURSOR_MAX];
	unsigned int looked_at;
	bool more;
	bool exact; /* of that uid, and none that is bound to the name alone */
	uint32_t uid;
};

static int take_for_batch(const struct token *token, void *userdata)
{
	struct batch *batch = userdata;

	if (batch->n == REVOKED_MAX || batch->looked_at == LOOKED_AT_MAX) {
		batch->more = true;
		return 1;
	}
	batch->looked_at++;
	cursor_format(token, false, batch->last);
	if ((!batch->exact || token->uid == batch->uid) && tokens_intact(batch->tokens, token))
		batch->found[batch->n++] = *token;
	return 0;
}

enum pat_error tokens_revoke_some(struct tokens *tokens, const struct caller *caller,
	const char *user, uint32_t uid, const struct revocation *revocation,
	char place[static TOKENS_CURSOR_MAX], uint32_t *count, struct refusal *ret_refusal)
{
	struct list_filter filter = { .user = user, .by_uid = true, .uid = uid };
	bool own = authority_owns(caller, uid, user);
	cleanup_free struct batch *batch = NULL;
	uint64_t now = clock_now(tokens->clock);
	struct cursor cursor;
	enum pat_error error;
	int r;

	if ((error = tokens_allow(caller, OP_REVOKE, own, ret_refusal)) != PAT_OK ||
		(error = check_revocation(revocation, now, ret_refusal)) != PAT_OK)
		return error;
	batch = calloc(1, sizeof(*batch));
	if (!batch)
		return tokens_refuse(PAT_ERR_NO_MEMORY, NULL, ret_refusal);
	batch->tokens = tokens;
	/* root goes through the uids, and asks for TOKEN_UID_ANY where it means that. */
	batch->exact = caller->uid == 0 && !caller->by_front;
	batch->uid = uid;
	if (cursor_parse(place, &cursor))
		(void)cursor_start_after(&cursor, &filter);
	r = uses_list(tokens, &filter, take_for_batch, batch);
	if (r < 0)
		return tokens_refuse_errno(r, ret_refusal);
	for (unsigned int i = 0; error == PAT_OK && i < batch->n; i++) {
		bool revoked = validity_revoked(&batch->found[i], now);

		error = revoke_token(tokens, caller, &batch->found[i], revocation, ret_refusal);
		*count += error == PAT_OK && !revoked;
	}
	pat_field_cut(place, TOKENS_CURSOR_MAX, batch->more ? batch->last : "");
	/* Also those of tokens that were deleted since. */
	if (error == PAT_OK && !batch->more && revocation->end_sessions)
		tokens_end_other_sessions(tokens, caller, user);
	return error;
}

enum pat_error tokens_restore(struct tokens *tokens, const struct caller *caller, const char *id,
	struct refusal *ret_refusal)
{
	uint64_t now = clock_now(tokens->clock);
	struct token token;
	enum pat_error error =
		tokens_load_intact(tokens, caller, OP_RESTORE, id, &token, ret_refusal);

	if (error != PAT_OK)
		return error;
	if (!validity_revoked(&token, now))
		return tokens_refuse(
			PAT_ERR_NOT_REVOKED, N_("the token is not revoked"), ret_refusal);
	if (validity_compromised(&token))
		return tokens_refuse(PAT_ERR_NOT_RESTORABLE,
			N_("the token was revoked as compromised and cannot be restored; "
			   "generate a new one"),
			ret_refusal);
	if (validity_expired(&token, tokens->policy, now))
		return tokens_refuse(PAT_ERR_EXPIRED,
			N_("the token has expired; generate a new one"), ret_refusal);
	if ((error = tokens_check_bond(tokens, &token, ret_refusal)) != PAT_OK)
		return error;
	error = tokens_ratelimit(tokens, caller, ret_refusal);
	if (error != PAT_OK)
		return error;
	token.revoked_at = 0;
	token.revoked_until = 0;
	token.revoked_reason[0] = '\0';
	token.restored_at = now;
	error = tokens_commit_token(
		tokens, caller, CHANGE_UPDATE, ENTRY_RESTORED, &token, "", ret_refusal);
	if (error == PAT_OK)
		tokens_spare_sessions(tokens, &token.id, NULL);
	return error;
}

enum pat_error tokens_rename(struct tokens *tokens, const struct caller *caller, const char *id,
	const char *name, struct refusal *ret_refusal)
{
	const char *problem = pat_name_problem(name);
	struct token token;
	char before[sizeof(token.name)];
	enum pat_error error =
		tokens_load_intact(tokens, caller, OP_RENAME, id, &token, ret_refusal);

	if (error != PAT_OK)
		return error;
	if (problem)
		return tokens_refuse(PAT_ERR_INVALID_NAME, problem, ret_refusal);
	if (strcmp(token.name, name) == 0)
		return PAT_OK;
	error = tokens_check_name(
		tokens, token.user, token.uid, token.issuer[0] != '\0', name, ret_refusal);
	if (error == PAT_OK)
		error = tokens_ratelimit(tokens, caller, ret_refusal);
	if (error != PAT_OK)
		return error;
	pat_field_cut(before, sizeof(before), token.name);
	pat_field_cut(token.name, sizeof(token.name), name);
	return tokens_commit_token(
		tokens, caller, CHANGE_UPDATE, ENTRY_RENAMED, &token, before, ret_refusal);
}

/*
 * Nobody else would ever be rid of it: its issuer is trusted no more, or does not know it.  To
 * revoke it before would end it on all machines that still trust the issuer.
 */
static bool of_nobody(const struct tokens *tokens, const struct token *token)
{
	return validity_replica(token, tokens->policy) &&
	       (!policy_issuer(tokens->policy, token->issuer) ||
		       sodium_is_zero(token->row_hash, sizeof(token->row_hash)));
}

enum pat_error tokens_delete(struct tokens *tokens, const struct caller *caller, const char *id,
	struct refusal *ret_refusal)
{
	struct token token = { 0 };
	enum pat_error error;
	int r;

	error = load(tokens, caller, OP_DELETE, id, &token, &r, ret_refusal);
	if (error != PAT_OK)
		return error;
	/* A damaged row opens nothing; to be rid of it is all that is left. */
	if (r < 0 && r != -EBADMSG)
		return tokens_refuse_errno(r, ret_refusal);
	if (r == 0 && !validity_revoked(&token, clock_now(tokens->clock)) &&
		tokens_intact(tokens, &token) && !of_nobody(tokens, &token))
		return tokens_refuse(PAT_ERR_NOT_REVOKED,
			N_("the token is not revoked; revoke it first, then delete it"),
			ret_refusal);
	if (r == 0 && tokens_intact(tokens, &token) && !of_nobody(tokens, &token) &&
		(error = tokens_check_ours(tokens, &token, ret_refusal)) != PAT_OK)
		return error;
	if (r == 0 || r == -EBADMSG)
		r = fleet_doubt(tokens, &token);
	if (r < 0)
		return tokens_refuse_errno(r, ret_refusal);
	pat_field_cut(token.id.text, sizeof(token.id.text), id);
	return tokens_commit_token(
		tokens, caller, CHANGE_DELETE, ENTRY_DELETED, &token, "", ret_refusal);
}

enum pat_error tokens_delete_ended(
	struct tokens *tokens, struct token *token, struct refusal *ret_refusal)
{
	return tokens_commit_token(tokens, &tokens_patd, CHANGE_DELETE, ENTRY_DELETED, token,
		"ended long ago", ret_refusal);
}
