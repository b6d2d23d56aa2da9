/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The verdict on a login with a token whose secret was given: one rule for each reason to deny it.
 * The person learns the first reason, so their order counts.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "patd/model/token.h"
#include "patd/policy/policy.h"

/* The login that is to be judged. */
struct attempt {
	const struct token *token;
	const struct policy *policy;
	uint64_t now;              /* the watermark, */
	uint64_t wall;             /* and the wall clock: see patd/util/clock.h */
	bool replaced;             /* the secret is a former one that no longer works */
	bool disabled;             /* the token's user is, or everybody */
	bool ended;                /* what the token is bound to has */
	enum pat_verdict standing; /* of its issuer here; PAT_ACCEPTED for a local token */
	const char *host;          /* the name of this machine in its fleet */
	/* Who logs in, and where.  NULL: not asked about. */
	uint32_t uid;
	const char *user, *service, *rhost;
	uint32_t account; /* bits of enum pat_account */
};

/* PAT_ACCEPTED, or the first reason to deny it. */
enum pat_verdict verdict_of(const struct attempt *attempt);

/* All reasons to deny it, at most PAT_VERDICTS; how many. */
unsigned int verdict_all(
	const struct attempt *attempt, enum pat_verdict ret_verdicts[static PAT_VERDICTS]);
