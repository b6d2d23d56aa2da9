/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The rules as a whole: what they stand on, and what time makes of a token. */
#include "patd/tokens/uses.h"

#include <errno.h>
#include <sodium.h>
#include <stdlib.h>

#include "patd/rules/validity.h"
#include "patd/tokens/sessions.h"
#include "patd/tokens/tokens_fleet_private.h"
#include "patd/tokens/waiting_uses.h"

/* The key belongs to the database if that knows it, or has nothing that another key made. */
static int check_key(struct database *database, const struct key *key)
{
	uint8_t ours[KEY_CHECK_LEN], theirs[KEY_CHECK_LEN];
	bool has_tokens;
	int r;

	key_check_value(key, ours);
	r = meta_get_key_check(database, theirs);
	if (r < 0 && r != -ENOENT)
		return r;
	if (r == 0 && sodium_memcmp(ours, theirs, sizeof(ours)) == 0)
		return 0;
	r = meta_has_tokens(database, &has_tokens);
	if (r < 0)
		return r;
	return has_tokens ? -EKEYREJECTED : meta_set_key_check(database, ours);
}

/*
 * Logins of one user's tokens that come into the history, at once and on the long run: what the
 * services of root and of verifiers let in; and refusals, and whatever users ask for themselves,
 * who need no service for it.  Alerts are counted apart, or a flood of others would hide them;
 * and what callers ask who may not, who would hide other refusals.
 */
#define USES_BURST 1000U
#define USE_COST_US (UINT64_C(10) * 1000000)
#define REFUSALS_BURST 100U
#define REFUSAL_COST_US (UINT64_C(30) * 1000000)

/* The same for changes by their owners: enough for all that one can have, at once. */
#define CHANGES_BURST 1000U
#define CHANGE_COST_US (UINT64_C(10) * 1000000)

/* By all administrators on the bus: more than people make, and a patd-bus gone wild makes no more.
 */
#define BUS_CHANGES_BURST 20000U
#define BUS_CHANGE_COST_US (UINT64_C(100) * 1000)

static void close_tables(struct tokens *tokens)
{
	uses_close(tokens);
	history_free(tokens->history);
	waiting_uses_free(tokens->waiting);
	sessions_free(tokens->sessions);
	fleet_free(tokens->fleet);
	store_free(tokens->store);
	free(tokens);
}

int tokens_new(struct database *database, const struct key *key, struct clock *clock,
	const struct policy *policy, struct tokens **ret_tokens)
{
	const struct ratelimit refusals = { .cost_us = REFUSAL_COST_US, .burst = REFUSALS_BURST };
	struct tokens *tokens;
	uint64_t time = 0;
	int r;

	if ((r = check_key(database, key)) < 0 ||
		(r = meta_get_number(database, META_TIME, &time)) < 0)
		return r;
	tokens = malloc(sizeof(*tokens));
	if (!tokens)
		return -ENOMEM;
	*tokens = (struct tokens) {
		.database = database,
		.key = key,
		.clock = clock,
		.policy = policy,
		.lifespans = &lifespans_machine,
		.time_stored = time,
		.uses = { .cost_us = USE_COST_US, .burst = USES_BURST },
		.refusals = refusals,
		.strangers = refusals,
		.alerts = refusals,
		.new_places = refusals,
		.changes = { .cost_us = CHANGE_COST_US, .burst = CHANGES_BURST },
		.bus_changes = { .cost_us = BUS_CHANGE_COST_US, .burst = BUS_CHANGES_BURST },
	};
	tokens->waiting = waiting_uses_new();
	tokens->fleet = fleet_new();
	r = tokens->waiting && tokens->fleet ? 0 : -ENOMEM;
	if (r < 0 || (r = store_new(database, &tokens->store)) < 0 ||
		(r = history_new(database, key, &tokens->history)) < 0 ||
		(r = uses_open(tokens)) < 0 || (r = tokens_open_clock(tokens)) < 0 ||
		(r = sessions_open(tokens)) < 0) {
		close_tables(tokens);
		return r;
	}
	randombytes_buf(tokens->dummy.verifier, sizeof(tokens->dummy.verifier));
	randombytes_buf(tokens->dummy.former_verifier, sizeof(tokens->dummy.former_verifier));
	*ret_tokens = tokens;
	return 0;
}

void tokens_free(struct tokens *tokens)
{
	if (!tokens)
		return;
	tokens_look_at_clock(tokens);
	sessions_write(tokens);
	/* What was expired when patd ended stays so under a clock set back meanwhile. */
	if (tokens->clock->highest > tokens->time_stored)
		tokens_store_time(tokens, tokens->clock->highest);
	close_tables(tokens);
}

void tokens_set_policy(struct tokens *tokens, const struct policy *policy)
{
	tokens->policy = policy;
	fleet_return_know(tokens);
	fleet_doubt_ours_no_more(tokens);
}

void tokens_set_lifespans(struct tokens *tokens, const struct lifespans *lifespans)
{
	tokens->lifespans = lifespans;
}

const struct policy *tokens_policy(const struct tokens *tokens)
{
	return tokens->policy;
}

enum token_state tokens_state(struct tokens *tokens, const struct token *token)
{
	uint64_t now = clock_now(tokens->clock);
	bool disabled = true; /* if it cannot be found out, no login works either */
	enum pat_verdict standing;

	if (!tokens_intact(tokens, token))
		return TOKEN_ALTERED;
	standing = tokens_fleet_standing(tokens, token->issuer);
	/* Nothing that such a token says of itself is believed here. */
	if (standing != PAT_ACCEPTED && standing != PAT_STALE)
		return TOKEN_UNKNOWN_ISSUER;
	if (validity_revoked(token, now))
		return TOKEN_REVOKED;
	if (validity_expired(token, tokens->policy, now))
		return TOKEN_EXPIRED;
	if (tokens_bond_ended(tokens, token))
		return TOKEN_ENDED;
	if (validity_exhausted(token))
		return TOKEN_EXHAUSTED;
	if (store_is_disabled(tokens->store, token->user, &disabled) < 0 || disabled)
		return TOKEN_DISABLED;
	if (standing == PAT_STALE)
		return TOKEN_STALE;
	return now < token->limits.not_before ? TOKEN_PENDING : TOKEN_ACTIVE;
}

uint64_t tokens_end(struct tokens *tokens, const struct token *token)
{
	return validity_end(token, tokens->policy);
}

bool tokens_revoked(struct tokens *tokens, const struct token *token)
{
	return validity_revoked(token, clock_now(tokens->clock));
}

uint64_t tokens_now(struct tokens *tokens)
{
	return clock_now(tokens->clock);
}
