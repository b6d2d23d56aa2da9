/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A new secret for a token that exists. */
#include <sodium.h>
#include <string.h>

#include "common/l10n.h"
#include "common/lifetime.h"
#include "patd/rules/validity.h"
#include "patd/tokens/change_detail.h"
#include "patd/tokens/tokens_private.h"

static enum pat_error check_rotatable(struct tokens *tokens, const struct token *token,
	const struct rotation *rotation, struct refusal *ret_refusal)
{
	uint64_t now = clock_now(tokens->clock);
	enum pat_error error;

	if (rotation->end_sessions && rotation->grace != 0)
		return tokens_refuse(PAT_ERR_INVALID_ARGS,
			N_("a rotation ends sessions only without a grace period"), ret_refusal);
	if (validity_revoked(token, now))
		return tokens_refuse(PAT_ERR_NOT_ACTIVE,
			N_("the token is revoked; restore it first, or generate a new one"),
			ret_refusal);
	if (validity_expired(token, tokens->policy, now))
		return tokens_refuse(PAT_ERR_EXPIRED,
			N_("the token has expired; generate a new one"), ret_refusal);
	error = tokens_check_bond(tokens, token, ret_refusal);
	if (error != PAT_OK)
		return error;
	if (validity_exhausted(token))
		return tokens_refuse(PAT_ERR_NOT_ACTIVE,
			N_("the token has no uses left; generate a new one"), ret_refusal);
	if (token->rotations == UINT32_MAX)
		return tokens_refuse(PAT_ERR_NOT_ACTIVE,
			N_("the token has reached the maximum number of secrets; generate a new "
			   "one"),
			ret_refusal);
	if (tokens_beyond_calendar(now, rotation->grace))
		return tokens_refuse(PAT_ERR_INVALID_RESTRICTION,
			N_("the grace period would end after the year 9999"), ret_refusal);
	return PAT_OK;
}

static bool changes_expiry(const struct rotation *rotation)
{
	return rotation->has_lifetime || rotation->has_expires_at;
}

/* Until when the former secret works: with another expiration not beyond its own end. */
static uint64_t former_end(const struct rotation *rotation, uint64_t now, uint64_t end)
{
	const uint64_t until = now + rotation->grace;

	if (rotation->grace == 0)
		return 0;
	return changes_expiry(rotation) && end != PAT_NEVER && end < until ? end : until;
}

enum pat_error tokens_rotate(struct tokens *tokens, const struct caller *caller, const char *id,
	const struct rotation *rotation, char secret[static PAT_TOKEN_LEN + 1],
	struct refusal *ret_refusal)
{
	const struct token_request expiry = {
		.has_lifetime = rotation->has_lifetime,
		.lifetime = rotation->lifetime,
		.has_expires_at = rotation->has_expires_at,
		.expires_at = rotation->expires_at,
	};
	/* Another expiration may be a later one. */
	const enum operation operation = changes_expiry(rotation) ? OP_ROTATE_EXPIRY : OP_ROTATE;
	char expires[CHANGE_DETAIL_SIZE] = "";
	uint64_t now = clock_now(tokens->clock), end;
	struct token token;
	enum pat_error error;

	if ((error = tokens_load_intact(tokens, caller, operation, id, &token, ret_refusal)) !=
			PAT_OK ||
		(error = check_rotatable(tokens, &token, rotation, ret_refusal)) != PAT_OK)
		return error;
	end = validity_end(&token, tokens->policy);
	if ((error = tokens_change_expiry(tokens, &expiry, &token, ret_refusal)) != PAT_OK ||
		(error = tokens_ratelimit(tokens, caller, ret_refusal)) != PAT_OK)
		return error;

	memcpy(token.former_verifier, token.verifier, sizeof(token.verifier));
	token.former_until = former_end(rotation, now, end);
	token.rotations++;
	token.rotated_at = now;
	if (changes_expiry(rotation))
		change_detail_expiry(&token, expires);
	pat_token_renew(&token.id, secret);
	tokens_set_verifier(tokens, &token, secret);
	error = tokens_commit_token(
		tokens, caller, CHANGE_ROTATE, ENTRY_ROTATED, &token, expires, ret_refusal);
	if (error != PAT_OK)
		sodium_memzero(secret, PAT_TOKEN_LEN + 1);
	else if (rotation->grace == 0 &&
		 (rotation->end_sessions || tokens->policy->revoke_ends_sessions))
		tokens_end_sessions_of(tokens, caller, &token.id);
	return error;
}
