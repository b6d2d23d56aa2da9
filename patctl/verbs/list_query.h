/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Which tokens patctl list shows, and in which order: from its options to what patd is asked. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "patctl/cli/command.h"
#include "patctl/client/client.h"

extern const struct option_info option_state, option_unused_for, option_expiring;

/* All states and all keys of --sort, NULL after the last. */
extern const char *const filter_states[], *const sort_keys[];

/* False after a message on standard error.  now: seconds since 1970 UTC. */
bool filter_of(const struct command *command, uint64_t now, struct client_filter *ret);

/* Whether it may leave out tokens of the user. */
bool filter_narrows(const struct client_filter *filter);

/* The place in sort_keys. */
enum sort_key {
	SORT_NAME,
	SORT_CREATED,
	SORT_EXPIRES,
	SORT_USED,
	SORT_STATE,
	SORT_USER
};

struct sort {
	enum sort_key key;
	bool backwards;
};

/* NULL and *ret, or what is wrong with text, "KEY" or "-KEY", for a person; static. */
const char *sort_parse(const char *text, struct sort *ret);

/* Tokens with equal keys are in the order of their ids. */
void sort_tokens(struct tokens *tokens, const struct sort *sort);
