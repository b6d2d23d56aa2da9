/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The verdict on a login: one rule for each reason to deny it. */
#include "patd/rules/evaluation.h"

#include <stddef.h>
#include <string.h>

#include "common/lifetime.h"
#include "patd/model/services.h"
#include "patd/rules/login_source.h"
#include "patd/rules/validity.h"
#include "patd/util/clock.h"

static bool other_user(const struct attempt *attempt)
{
	return attempt->user && (!token_uid_fits(attempt->token->uid, attempt->uid) ||
					strcmp(attempt->user, attempt->token->user) != 0);
}

static bool is_fleet(const struct attempt *attempt)
{
	return attempt->token->issuer[0] != '\0';
}

static bool stale(const struct attempt *attempt)
{
	return is_fleet(attempt) && attempt->standing == PAT_STALE;
}

/* Whatever else the issuer's standing is, but for a good one. */
static bool unknown_issuer(const struct attempt *attempt)
{
	return is_fleet(attempt) && attempt->standing != PAT_ACCEPTED &&
	       attempt->standing != PAT_STALE;
}

static bool replaced(const struct attempt *attempt)
{
	return attempt->replaced;
}

/* Also while patd asks nothing: polkit remembers an answer, and everybody may have it ask. */
static bool makes_tokens(const struct attempt *attempt)
{
	return attempt->service && strcmp(attempt->service, PAT_POLKIT_SERVICE) == 0;
}

/* Who could not look may not say that the account is not locked. */
static bool account_closed(const struct attempt *attempt)
{
	uint32_t account = attempt->account;

	if ((account & PAT_ACCOUNT_EXPIRED) != 0)
		return true;
	return attempt->policy->deny_locked &&
	       ((account & PAT_ACCOUNT_SEEN) == 0 || (account & PAT_ACCOUNT_LOCKED) != 0);
}

static bool revoked(const struct attempt *attempt)
{
	return validity_revoked(attempt->token, attempt->now) ||
	       validity_unused(attempt->token, attempt->policy, attempt->now);
}

static bool disabled(const struct attempt *attempt)
{
	return attempt->disabled;
}

static bool expired(const struct attempt *attempt)
{
	return validity_expired(attempt->token, attempt->policy, attempt->now);
}

static bool ended(const struct attempt *attempt)
{
	return attempt->ended;
}

static bool not_yet(const struct attempt *attempt)
{
	return attempt->now < attempt->token->limits.not_before;
}

/* Root's word, also for itself, is the administrator's. */
static bool self_made(const struct token *token)
{
	return token->created_by != 0 && token->created_by == token->uid;
}

static bool against_policy(const struct attempt *attempt)
{
	const struct policy *policy = attempt->policy;

	if (!policy->allow_never && validity_end(attempt->token, policy) == PAT_NEVER)
		return true;
	return attempt->service && policy->self_services[0] != '\0' && self_made(attempt->token) &&
	       !services_match(policy->self_services, attempt->service);
}

static bool rhost_is_name(const struct attempt *attempt)
{
	return attempt->service && attempt->rhost &&
	       login_source_is_name(attempt->policy, attempt->service, attempt->rhost);
}

/* What denies a login before the restrictions do, in the order in which they are reported. */
static const struct {
	bool (*denies)(const struct attempt *attempt);
	enum pat_verdict verdict;
} rules[] = {
	{ other_user, PAT_OTHER_USER },
	{ replaced, PAT_ROTATED },
	{ makes_tokens, PAT_NOT_ALLOWED },
	{ unknown_issuer, PAT_UNKNOWN_ISSUER },
	{ account_closed, PAT_ACCOUNT_CLOSED },
	{ revoked, PAT_REVOKED },
	{ disabled, PAT_DISABLED },
	{ expired, PAT_EXPIRED },
	{ ended, PAT_ENDED },
	{ stale, PAT_STALE },
	{ not_yet, PAT_NOT_YET },
	{ against_policy, PAT_AGAINST_POLICY },
};

/* By a clock that may be wrong, nobody can say what hour it is: that is another reason. */
static enum pat_verdict verdict_by(enum pat_restriction restriction, const struct login *login)
{
	if (restriction == PAT_HOURS && login->clock_in_doubt)
		return PAT_WRONG_CLOCK;
	return restrictions[restriction].verdict;
}

unsigned int verdict_all(
	const struct attempt *attempt, enum pat_verdict ret_verdicts[static PAT_VERDICTS])
{
	const struct limits *limits = &attempt->token->limits;
	const struct login login = {
		.wall = attempt->wall,
		.clock_in_doubt = clock_in_doubt(attempt->now, attempt->wall),
		.service = attempt->service,
		.rhost = attempt->rhost,
		.rhost_is_name = rhost_is_name(attempt),
		.uses = attempt->token->uses,
		.host = attempt->host,
	};
	unsigned int n = 0;

	_Static_assert(sizeof(rules) / sizeof(rules[0]) + PAT_RESTRICTIONS <= PAT_VERDICTS,
		"all of them have room");
	for (size_t i = 0; i < sizeof(rules) / sizeof(rules[0]); i++)
		if (rules[i].denies(attempt))
			ret_verdicts[n++] = rules[i].verdict;
	for (unsigned int r = 0; r < PAT_RESTRICTIONS; r++)
		if (!limits_permit(limits, (enum pat_restriction)r, &login))
			ret_verdicts[n++] = verdict_by((enum pat_restriction)r, &login);
	return n;
}

enum pat_verdict verdict_of(const struct attempt *attempt)
{
	enum pat_verdict verdicts[PAT_VERDICTS];

	return verdict_all(attempt, verdicts) == 0 ? PAT_ACCEPTED : verdicts[0];
}
