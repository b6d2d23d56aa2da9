/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The lives of an issuer: it returns from a backup, and begins another one. */
#include <errno.h>

#include "patd/tokens/tokens_fleet_private.h"

/* Numbers of an issuer go on so far above those of its life before. */
#define LIFE (UINT64_C(1) << 32)

/* UINT64_MAX, no such number, is kept as 0. */
static int write_return(void *userdata)
{
	struct tokens *tokens = userdata;
	struct database *database = tokens->database;
	const struct fleet_return *returned = &tokens->returned;
	int r;

	if ((r = meta_set_number(database, META_FLEET_BEHIND, returned->generation)) < 0 ||
		(r = meta_set_number(database, META_FLEET_RETURN, returned->latest + 1)) < 0)
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

/* Where nobody knows, as of a machine that is no issuer yet, numbers alone say what is later. */
static uint64_t latest_of_backup(struct tokens *tokens)
{
	struct kept_issuer *issuer;

	if (tokens->policy->issuer[0] == '\0' ||
		fleet_issuer(tokens, tokens->policy->issuer, &issuer) < 0)
		return UINT64_MAX;
	return issuer->ledger.number;
}

int fleet_return_begin(struct tokens *tokens, uint64_t restore)
{
	struct fleet_return *returned = &tokens->returned;
	uint64_t known = 0;

	/* It is behind no more, perhaps; what failed is the entry in the history. */
	if (meta_get_number(tokens->database, META_FLEET_RESTORE, &known) == 0 && known == restore)
		return 0;
	/* Whatever cannot be read: it is behind. */
	if (fleet_generation(tokens, &returned->generation) < 0)
		returned->generation = 1;
	returned->latest = latest_of_backup(tokens);
	returned->restore = restore;
	return keep_return(tokens);
}

/* Above all that a life before may have signed, whether the hub has shown it or not. */
static uint64_t begin_life(uint64_t number)
{
	return (number / LIFE + 1) * LIFE;
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
	ending.ledger.number = begin_life(ending.ledger.number);
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
