/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Another expiration, other restrictions or another note for a token that exists. */
#include <string.h>

#include "common/l10n.h"
#include "common/lifetime.h"
#include "patd/rules/narrowing.h"
#include "patd/rules/validity.h"
#include "patd/tokens/change_detail.h"
#include "patd/tokens/tokens_private.h"

/* Whether anything is given that decides about logins. */
static bool gives_terms(const struct token_update *update)
{
	if (update->has_lifetime || update->has_expires_at)
		return true;
	for (unsigned int r = 0; r < PAT_RESTRICTIONS; r++)
		if (update->restrictions[r])
			return true;
	return false;
}

/* Nothing else brings such a token back. */
static enum pat_error check_settable(
	const struct tokens *tokens, const struct token *token, struct refusal *ret_refusal)
{
	const uint64_t now = clock_now(tokens->clock);

	if (validity_compromised(token) && validity_revoked(token, now))
		return tokens_refuse(PAT_ERR_NOT_RESTORABLE,
			N_("the token was revoked as compromised and cannot be changed; generate a "
			   "new one"),
			ret_refusal);
	if (validity_expired(token, tokens->policy, now))
		return tokens_refuse(PAT_ERR_EXPIRED,
			N_("the token has expired; generate a new one"), ret_refusal);
	return tokens_check_bond(tokens, token, ret_refusal);
}

static enum pat_error set_restrictions(const struct tokens *tokens, const struct caller *caller,
	const struct token_update *update, struct token *token, struct refusal *ret_refusal)
{
	const char *problem = NULL;

	for (unsigned int r = 0; r < PAT_RESTRICTIONS; r++) {
		const struct restriction_value value = { .text = update->restrictions[r] };

		if (!value.text)
			continue;
		problem = RESTRICTION_IS_NUMBER(restrictions[r].kind)
				  ? "not_before and max_uses cannot be changed"
				  : limits_set(&token->limits, (enum pat_restriction)r, &value);
		if (problem)
			return tokens_refuse(PAT_ERR_INVALID_RESTRICTION, problem, ret_refusal);
	}
	problem = tokens_fleet_problem(token);
	if (problem)
		return tokens_refuse(PAT_ERR_INVALID_RESTRICTION, problem, ret_refusal);
	return update->restrictions[PAT_UNTIL] ? tokens_bind(tokens, caller, token, ret_refusal)
					       : PAT_OK;
}

/* By the rules of a new token, as far as it is given. */
static enum pat_error update_token(const struct tokens *tokens, const struct caller *caller,
	const struct token_update *update, struct token *token, struct refusal *ret_refusal)
{
	const struct token_request expiry = {
		.has_lifetime = update->has_lifetime,
		.lifetime = update->lifetime,
		.has_expires_at = update->has_expires_at,
		.expires_at = update->expires_at,
	};
	const char *problem = update->note ? pat_note_problem(update->note) : NULL;
	enum pat_error error;

	if (problem)
		return tokens_refuse(PAT_ERR_INVALID_ARGS, problem, ret_refusal);
	if (update->note)
		pat_field_cut(token->note, sizeof(token->note), update->note);
	if (!gives_terms(update))
		return PAT_OK;
	if ((error = tokens_check_ours(tokens, token, ret_refusal)) != PAT_OK ||
		(error = check_settable(tokens, token, ret_refusal)) != PAT_OK ||
		(error = tokens_change_expiry(tokens, &expiry, token, ret_refusal)) != PAT_OK)
		return error;
	return set_restrictions(tokens, caller, update, token, ret_refusal);
}

/* A later expiration is for the secret of now; the one before ends as it would have, as in a
 * rotate. */
static void keep_former_end(
	const struct tokens *tokens, const struct token *before, struct token *token)
{
	const uint64_t end = validity_end(before, tokens->policy);

	if (token->expires_at != before->expires_at && end != PAT_NEVER &&
		token->former_until > end)
		token->former_until = end;
}

enum pat_error tokens_set(struct tokens *tokens, const struct caller *caller, const char *id,
	const struct token_update *update, struct refusal *ret_refusal)
{
	char detail[CHANGE_DETAIL_SIZE];
	struct token before, token;
	enum pat_error error;

	if (!update->note && !gives_terms(update))
		return tokens_refuse(PAT_ERR_INVALID_ARGS,
			"nothing to change: give at least one option", ret_refusal);
	error = tokens_load_intact(tokens, caller, OP_SET, id, &before, ret_refusal);
	if (error != PAT_OK)
		return error;
	token = before;
	/* First of all, so that nobody gives a password for what cannot be. */
	error = update_token(tokens, caller, update, &token, ret_refusal);
	if (error == PAT_OK && !narrowing(&before, &token, tokens->policy))
		error = tokens_allow(
			caller, OP_WIDEN, authority_made_own(caller, &before), ret_refusal);
	if (error != PAT_OK)
		return error;
	keep_former_end(tokens, &before, &token);
	change_detail(&before, &token, detail);
	if (detail[0] == '\0')
		return PAT_OK;
	error = tokens_ratelimit(tokens, caller, ret_refusal);
	if (error != PAT_OK)
		return error;
	return tokens_commit_token(
		tokens, caller, CHANGE_UPDATE, ENTRY_CHANGED, &token, detail, ret_refusal);
}
