/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The tokens of a list that is sorted, of which there may be a million: each in little memory. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "patctl/client/records.h"

/* In the order of enum sort_key, NULL at the end. */
extern const char *const sort_keys[];

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

struct sorted_list {
	struct sort sort;
	struct sorted_item *items; /* owned */
	size_t n, room;
};

void sorted_list_add(struct sorted_list *list, const struct token_row *token);

/* Once all are added.  Tokens with equal keys are in the order of their ids. */
void sorted_list_sort(struct sorted_list *list);

void sorted_list_get(const struct sorted_list *list, size_t i, struct token_row *ret);

void sorted_list_clear(struct sorted_list *list);
#define cleanup_sorted_list __attribute__((cleanup(sorted_list_clear)))
