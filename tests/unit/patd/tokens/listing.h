/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A list of tokens, as the test remembers it. */
#pragma once

#include "common/bus.h"
#include "tests/unit/patd/world.h"

struct listing {
	unsigned int rows;
	char names[8 * PAT_PAGE_MAX];
	int result; /* what the row's function returns */
};

static inline int note(const struct token *token, void *userdata)
{
	struct listing *listing = userdata;

	listing->rows++;
	if (strlen(listing->names) + strlen(token->name) + 2 < sizeof(listing->names)) {
		(void)strcat(listing->names, token->name);
		(void)strcat(listing->names, " ");
	}
	return listing->result;
}

static inline enum pat_error list(struct world *world, const struct caller *caller,
	const struct token_query *query, struct listing *ret_listing, char *ret_cursor)
{
	*ret_listing = (struct listing) { 0 };
	world->refusal.why = NULL;
	return tokens_list(
		world->tokens, caller, query, note, ret_listing, ret_cursor, &world->refusal);
}
