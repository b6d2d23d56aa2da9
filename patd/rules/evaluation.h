/*
 * Whether a token whose secret was given opens the door: one rule for each thing that can keep it
 * shut, in the order in which the first is told.
 */
#ifndef PATD_RULES_EVALUATION_H
#define PATD_RULES_EVALUATION_H

#include <stdbool.h>
#include <stdint.h>

#include "common/wire.h"
#include "patd/model/token.h"
#include "patd/policy/policy.h"

/* The use of a token that is to be judged. */
struct attempt {
	const struct token *token;
	const struct policy *policy;
	uint64_t now;
	bool ended;    /* the secret is a former one that works no more */
	bool disabled; /* the token's user is, or everybody */
	/* Who wants to come in, and where.  NULL: not asked about. */
	uint32_t uid;
	const char *user, *service, *rhost;
	uint32_t account; /* bits of enum pat_account */
};

/* PAT_ACCEPTED, or the first thing that keeps the door shut. */
enum pat_verdict verdict_of(const struct attempt *attempt);

/* All that keep it shut, at most PAT_VERDICTS; how many. */
unsigned int verdict_all(
	const struct attempt *attempt, enum pat_verdict ret_verdicts[static PAT_VERDICTS]);

#endif
