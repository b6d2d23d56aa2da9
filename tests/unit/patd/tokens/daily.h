/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The daily work, from its first turn to its last. */
#pragma once

#include "tests/unit/patd/world.h"

struct reported {
	unsigned int n;
	struct {
		char name[PAT_NAME_BYTES_MAX + 1];
		uint64_t end;
	} found[64];
};

static inline void on_expiring(const struct token *token, uint64_t end, void *userdata)
{
	struct reported *reported = userdata;

	assert_between(reported->n, 0, COUNT(reported->found) - 1);
	(void)strcpy(reported->found[reported->n].name, token->name);
	reported->found[reported->n++].end = end;
}

/* Turn by turn, as the loop does; what was reported. */
static inline struct reported work(struct world *world)
{
	struct daily_work work = { 0 };
	struct reported reported = { 0 };

	for (unsigned int turns = 0; !work.done; turns++) {
		assert_between(turns, 0, 1000);
		assert_int_equal(
			tokens_daily_some(world->tokens, &work, on_expiring, &reported), 0);
	}
	return reported;
}
