/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The order of a list of tokens, as --sort gives it. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "patctl/client/token_record.h"

struct sort {
	int (*compare)(const struct token *a, const struct token *b);
	bool backwards;
};

/* NULL and *ret, or what is wrong with text, "KEY" or "-KEY", for a person; static. */
const char *sort_parse(const char *text, struct sort *ret);

/* The name of the key at i, NULL behind the last; static. */
const char *sort_key(size_t i);

/* Tokens with equal keys are in the order of their ids. */
void sort_tokens(struct tokens *tokens, const struct sort *sort);
