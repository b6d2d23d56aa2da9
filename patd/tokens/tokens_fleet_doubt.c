/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What is not known any more, so that all of it is put anew. */
#include <sodium.h>
#include <string.h>

#include "patd/tokens/tokens_fleet_private.h"
#include "patd/util/log.h"

struct doubting {
	struct tokens *tokens;
	struct kept_issuer *issuer;
};

static int write_doubt(void *userdata)
{
	const struct doubting *doubting = userdata;
	struct fleet_ledger ledger = doubting->issuer->ledger;

	memset(ledger.rows, 0, sizeof(ledger.rows));
	return fleet_write_ledger(doubting->tokens, &ledger);
}

static int doubt_issuer(struct tokens *tokens, const char *name)
{
	struct doubting doubting = { .tokens = tokens };
	int r = fleet_issuer(tokens, name, &doubting.issuer);

	if (r < 0)
		return r;
	tokens_commit_usage(tokens);
	r = transaction_run(tokens->database, true, write_doubt, &doubting);
	if (r < 0)
		return r;
	memset(doubting.issuer->ledger.rows, 0, sizeof(doubting.issuer->ledger.rows));
	return 0;
}

void fleet_doubt_ours_no_more(struct tokens *tokens)
{
	struct kept_issuer *issuer;

	if (tokens->policy->issuer[0] == '\0' ||
		fleet_issuer(tokens, tokens->policy->issuer, &issuer) < 0)
		return;
	if (sodium_is_zero(issuer->ledger.rows, sizeof(issuer->ledger.rows)) &&
		fleet_add_up(tokens, issuer->ledger.issuer, issuer->ledger.rows) < 0)
		log_error(
			"the rows of this issuer cannot be added up: members will not have all of "
			"them");
}

int fleet_doubt(struct tokens *tokens, const struct token *token)
{
	const struct policy *policy = tokens->policy;
	int r = 0;

	if (tokens_intact(tokens, token))
		return sodium_is_zero(token->row_hash, sizeof(token->row_hash)) ||
				       fleet_is_own(tokens, token->issuer)
			       ? 0
			       : doubt_issuer(tokens, token->issuer);
	/* Nobody can say whose it was. */
	for (size_t i = 0; i < policy->issuers_n && r == 0; i++)
		if (!fleet_is_own(tokens, policy->issuers[i].name))
			r = doubt_issuer(tokens, policy->issuers[i].name);
	return r;
}
