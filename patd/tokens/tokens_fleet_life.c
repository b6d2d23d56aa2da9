/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The lives of an issuer: it returns from a backup, and begins another one. */
#include <errno.h>

#include "patd/tokens/tokens_fleet_private.h"

#define UNKNOWN UINT64_MAX /* the latest row of a backup */

/*
 * A life has so many numbers for each second until the next, which begins above all that it may
 * have signed, whether the hub has shown it or not.
 */
#define LIFE_PER_S (UINT64_C(1) << 16)
/* So far above, where the clock does not say so. */
#define LIFE (UINT64_C(1) << 32)

static uint64_t begin_life(uint64_t number, uint64_t restore)
{
	const uint64_t at = restore / 1000000000U * LIFE_PER_S;

	return at > number ? at : number + LIFE;
}

/* UNKNOWN is kept as 0. */
static int write_return(void *userdata)
{
	struct tokens *tokens = userdata;
	struct database *database = tokens->database;
	const struct fleet_return *returned = &tokens->returned;
	int r;

	if ((r = meta_set_number(database, META_FLEET_BEHIND, returned->generation)) < 0 ||
		(r = meta_set_number(database, META_FLEET_RETURN, returned->latest + 1)) < 0 ||
		(r = meta_set_number(database, META_FLEET_LIFE, returned->life)) < 0)
		return r;
	return meta_set_number(database, META_FLEET_RESTORE, returned->restore);
}

/* It holds in memory before it is on disk. */
static int keep_return(struct tokens *tokens)
{
	int r;

	tokens->returned.unwritten = true;
	tokens_commit_usage(tokens);
	r = transaction_run(tokens->database, true, write_return, tokens);
	if (r == 0)
		tokens->returned.unwritten = false;
	return r;
}

/* Of an issuer that has no name yet, or another one, nobody knows. */
static uint64_t latest_of_backup(struct tokens *tokens)
{
	struct kept_issuer *issuer;

	if (tokens->policy->issuer[0] == '\0' ||
		fleet_issuer(tokens, tokens->policy->issuer, &issuer) < 0 ||
		issuer->ledger.number == 0)
		return UNKNOWN;
	return issuer->ledger.number;
}

int fleet_return_begin(struct tokens *tokens, uint64_t restore)
{
	struct fleet_return *returned = &tokens->returned, before;
	const int r = fleet_return_load(tokens, &before);

	/* It is behind no more, perhaps; what failed is the entry in the history. */
	if (r == 0 && before.restore == restore)
		return 0;
	*returned = (struct fleet_return) { .latest = UNKNOWN };
	if (r == 0 && before.generation != 0) {
		/* The backup was made while it was behind: what came before that counts. */
		*returned = before;
	} else {
		/* Whatever cannot be read: it is behind. */
		if (fleet_generation(tokens, &returned->generation) < 0)
			returned->generation = 1;
		returned->latest = latest_of_backup(tokens);
	}
	returned->restore = restore;
	returned->life = begin_life(returned->latest == UNKNOWN ? 0 : returned->latest, restore);
	return keep_return(tokens);
}

void fleet_return_know(struct tokens *tokens)
{
	struct fleet_return returned;

	if (fleet_return_load(tokens, &returned) < 0 || returned.generation == 0 ||
		returned.latest != UNKNOWN)
		return;
	returned.latest = latest_of_backup(tokens);
	if (returned.latest == UNKNOWN)
		return;
	tokens->returned = returned;
	(void)keep_return(tokens);
}

struct ending {
	struct tokens *tokens;
	struct fleet_ledger ledger;
};

static int write_end(void *userdata)
{
	struct ending *ending = userdata;
	int r = write_return(ending->tokens);

	return r < 0 ? r : fleet_write_ledger(ending->tokens, &ending->ledger);
}

static int end_return(struct tokens *tokens)
{
	struct ending ending = { .tokens = tokens };
	struct kept_issuer *issuer;
	int r = fleet_issuer(tokens, tokens->policy->issuer, &issuer);

	if (r < 0)
		return r;
	ending.ledger = issuer->ledger;
	if (ending.ledger.number >= tokens->returned.life)
		tokens->returned.life = begin_life(ending.ledger.number, tokens->returned.restore);
	ending.ledger.number = tokens->returned.life;
	tokens_commit_usage(tokens);
	r = transaction_run(tokens->database, false, write_end, &ending);
	if (r == 0)
		issuer->ledger = ending.ledger;
	return r;
}

int fleet_return_end(struct tokens *tokens)
{
	struct fleet_return returned;
	int r = fleet_return_load(tokens, &returned);

	if (r < 0 || returned.generation == 0)
		return r;
	tokens->returned = returned;
	tokens->returned.generation = 0;
	r = end_return(tokens);
	if (r < 0)
		tokens->returned = returned;
	else
		tokens->returned.unwritten = false;
	return r;
}
