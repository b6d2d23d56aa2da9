/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What does not add up any more, so that all of it is put anew. */
#include "patd/tokens/tokens_fleet_private.h"

struct doubting {
	struct tokens *tokens;
	struct kept_issuer *issuer;
};

static int write_doubt(void *userdata)
{
	const struct doubting *doubting = userdata;
	struct fleet_ledger ledger = doubting->issuer->ledger;

	ledger.versions = 0;
	return fleet_write_ledger(doubting->tokens, &ledger);
}

static int doubt_issuer(struct tokens *tokens, const char *name)
{
	struct doubting doubting = { .tokens = tokens };
	int r = fleet_issuer(tokens, name, &doubting.issuer);

	if (r < 0 || doubting.issuer->ledger.versions == 0)
		return r;
	tokens_commit_usage(tokens);
	r = transaction_run(tokens->database, true, write_doubt, &doubting);
	if (r < 0)
		return r;
	doubting.issuer->ledger.versions = 0;
	doubting.issuer->complete = false;
	return 0;
}

int fleet_doubt(struct tokens *tokens, const struct token *token)
{
	const struct policy *policy = tokens->policy;
	int r = 0;

	if (tokens_intact(tokens, token))
		return token->issuer[0] == '\0' || fleet_is_own(tokens, token->issuer)
			       ? 0
			       : doubt_issuer(tokens, token->issuer);
	/* Nobody can say whose it was. */
	for (size_t i = 0; i < policy->issuers_n && r == 0; i++)
		if (!fleet_is_own(tokens, policy->issuers[i].name))
			r = doubt_issuer(tokens, policy->issuers[i].name);
	return r;
}
