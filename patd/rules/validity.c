/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What time and the policy make of a token. */
#include "patd/rules/validity.h"

#include <stddef.h>
#include <string.h>

#include "common/lifetime.h"

uint64_t validity_end(const struct token *token, const struct policy *policy)
{
	uint64_t bound = token->created_at + policy->max_lifetime;

	if (policy->max_lifetime == POLICY_UNLIMITED)
		return token->expires_at;
	return token->expires_at == PAT_NEVER || token->expires_at > bound ? bound
									   : token->expires_at;
}

bool validity_expired(const struct token *token, const struct policy *policy, uint64_t now)
{
	uint64_t end = validity_end(token, policy);

	return end != PAT_NEVER && now >= end;
}

bool validity_revoked(const struct token *token, uint64_t now)
{
	return token->revoked_at != 0 && (token->revoked_until == 0 || now < token->revoked_until);
}

bool validity_compromised(const struct token *token)
{
	return strcmp(token->revoked_reason, TOKEN_REASON_COMPROMISED) == 0;
}

/*
 * The time of a suspension does not count, and its end is no use.  To suspend is free to its
 * owner: were its end a use, a token could be kept, or had back, without a password.
 */
static uint64_t after_suspension(const struct token *token, uint64_t since)
{
	if (token->revoked_until <= since)
		return since;
	if (token->revoked_at <= since)
		return token->revoked_until;
	return since + (token->revoked_until - token->revoked_at);
}

/* A new secret, or a return by a restore, counts anew. */
uint64_t validity_unused_since(const struct token *token)
{
	const uint64_t times[] = { token->created_at, token->limits.not_before, token->restored_at,
		token->rotated_at, token->last_used_at };
	uint64_t since = 0;

	for (size_t i = 0; i < sizeof(times) / sizeof(times[0]); i++)
		if (times[i] > since)
			since = times[i];
	return after_suspension(token, since);
}

bool validity_replica(const struct token *token, const struct policy *policy)
{
	return token->issuer[0] != '\0' && strcmp(token->issuer, policy->issuer) != 0;
}

bool validity_unused(const struct token *token, const struct policy *policy, uint64_t now)
{
	const uint64_t since = validity_unused_since(token);

	return policy->revoke_unused != POLICY_UNLIMITED && !validity_replica(token, policy) &&
	       now > since && now - since >= policy->revoke_unused;
}

bool validity_exhausted(const struct token *token)
{
	return token->limits.max_uses != 0 && token->uses >= token->limits.max_uses;
}

static bool revoked_for_good(const struct token *token)
{
	return token->revoked_at != 0 && token->revoked_until == 0;
}

static bool expired_itself(const struct token *token, uint64_t now)
{
	return token->expires_at != PAT_NEVER && now >= token->expires_at;
}

bool validity_ended(const struct token *token, uint64_t now)
{
	return revoked_for_good(token) || expired_itself(token, now) || validity_exhausted(token);
}

uint64_t validity_next(const struct token *token, const struct policy *policy, uint64_t now)
{
	const uint64_t times[] = { validity_end(token, policy), token->revoked_until,
		token->limits.not_before };
	uint64_t next = 0;

	for (size_t i = 0; i < sizeof(times) / sizeof(times[0]); i++)
		if (times[i] > now && (next == 0 || times[i] < next))
			next = times[i];
	return next;
}
