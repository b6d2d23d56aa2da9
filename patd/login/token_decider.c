/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The decider of patd, in terms of patd/tokens. */
#include "patd/login/server.h"
#include "patd/tokens/tokens.h"

static void decide(struct verification *verification, uint32_t caller_uid,
	const struct pat_request *request, struct pat_reply *ret_reply, void *userdata)
{
	(void)verification;
	tokens_verify(userdata, caller_uid, request, ret_reply);
}

static void commit(void *userdata)
{
	tokens_commit_usage(userdata);
}

static bool is_verifier(uint32_t uid, void *userdata)
{
	return policy_verifier(tokens_policy(userdata), uid, NULL);
}

struct decider token_decider(struct tokens *tokens)
{
	return (struct decider) {
		.decide = decide,
		.commit = commit,
		.is_verifier = is_verifier,
		.userdata = tokens,
	};
}
