/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The order of a list of tokens. */
#include "patctl/verbs/list_sort.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "common/l10n.h"

static int compare_numbers(uint64_t a, uint64_t b)
{
	return (a > b) - (a < b);
}

static int by_name(const struct token *a, const struct token *b)
{
	return strcmp(a->name, b->name);
}

static int by_user(const struct token *a, const struct token *b)
{
	return strcmp(a->user, b->user);
}

static int by_state(const struct token *a, const struct token *b)
{
	return strcmp(a->state, b->state);
}

static int by_created(const struct token *a, const struct token *b)
{
	return compare_numbers(a->created_at, b->created_at);
}

/* 0 is never, and comes last. */
static int by_expires(const struct token *a, const struct token *b)
{
	return compare_numbers(a->expires_at - 1, b->expires_at - 1);
}

/* Unused tokens come first. */
static int by_used(const struct token *a, const struct token *b)
{
	return compare_numbers(a->last_used_at, b->last_used_at);
}

static const struct {
	const char *name;
	int (*compare)(const struct token *a, const struct token *b);
} keys[] = {
	{ "name", by_name },
	{ "created", by_created },
	{ "expires", by_expires },
	{ "used", by_used },
	{ "state", by_state },
	{ "user", by_user },
};

const char *sort_key(size_t i)
{
	return i < sizeof(keys) / sizeof(keys[0]) ? keys[i].name : NULL;
}

const char *sort_parse(const char *text, struct sort *ret)
{
	const bool backwards = *text == '-';

	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
		if (strcmp(keys[i].name, text + backwards) == 0) {
			*ret = (struct sort) { keys[i].compare, backwards };
			return NULL;
		}
	return N_("a list is sorted by name, created, expires, used, state or user; "
		  "\"-\" before it turns it round");
}

static int compare(const void *a, const void *b, void *userdata)
{
	const struct token *row_a = a, *row_b = b;
	const struct sort *sort = userdata;
	int order = sort->compare(row_a, row_b);

	if (order == 0)
		return strcmp(row_a->id.text, row_b->id.text);
	return sort->backwards ? -order : order;
}

void sort_tokens(struct tokens *tokens, const struct sort *sort)
{
	struct sort copy = *sort;

	if (tokens->n > 1)
		qsort_r(tokens->items, tokens->n, sizeof(tokens->items[0]), compare, &copy);
}
