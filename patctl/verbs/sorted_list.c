/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Sorting tokens by keys that are taken from them once. */
#include "patctl/verbs/sorted_list.h"

#include <stdlib.h>
#include <string.h>

#include "common/l10n.h"
#include "patctl/base/text.h"

#define ROOM 256 /* of the first tokens */

struct sorted_item {
	uint64_t number; /* the key, if that is a number */
	char *text;      /* owned; the key, else NULL */
	struct pat_id id;
	void *kept; /* owned: see record_keep() */
};

const char *const sort_keys[] = { "name", "created", "expires", "used", "state", "user", NULL };

const char *sort_parse(const char *text, struct sort *ret)
{
	const bool backwards = *text == '-';

	for (enum sort_key key = 0; sort_keys[key]; key++)
		if (strcmp(sort_keys[key], text + backwards) == 0) {
			*ret = (struct sort) { key, backwards };
			return NULL;
		}
	return N_("sort key must be one of name, created, expires, used, state, user; prefix "
		  "with \"-\" to reverse");
}

static uint64_t number_of(enum sort_key key, const struct token_row *token)
{
	switch (key) {
	case SORT_CREATED:
		return token->created_at;
	case SORT_EXPIRES: /* 0 is never, and comes last */
		return token->expires_at - 1;
	case SORT_USED: /* unused tokens come first */
		return token->last_used_at;
	case SORT_NAME:
	case SORT_STATE:
	case SORT_USER:
		break;
	}
	return 0;
}

/* The caller owns it; NULL: the key is a number. */
static char *text_of(enum sort_key key, const struct token_row *token)
{
	if (key == SORT_NAME)
		return must_alloc(strdup(token->name));
	if (key == SORT_STATE)
		return must_alloc(strdup(token->state));
	return key == SORT_USER ? must_alloc(strdup(token->user)) : NULL;
}

void sorted_list_add(struct sorted_list *list, const struct token_row *token)
{
	if (list->n == list->room) {
		list->room = list->room ? 2 * list->room : ROOM;
		list->items =
			must_alloc(reallocarray(list->items, list->room, sizeof(*list->items)));
	}
	list->items[list->n++] = (struct sorted_item) {
		.number = number_of(list->sort.key, token),
		.text = text_of(list->sort.key, token),
		.id = token->id,
		.kept = record_keep(token_row_table(), token),
	};
}

static int compare(const void *a, const void *b, void *userdata)
{
	const struct sorted_item *one = a, *other = b;
	const struct sort *sort = userdata;
	int order = one->text ? strcmp(one->text, other->text)
			      : (one->number > other->number) - (one->number < other->number);

	if (order == 0)
		return strcmp(one->id.text, other->id.text);
	return sort->backwards ? -order : order;
}

void sorted_list_sort(struct sorted_list *list)
{
	if (list->n > 1)
		qsort_r(list->items, list->n, sizeof(*list->items), compare, &list->sort);
}

void sorted_list_get(const struct sorted_list *list, size_t i, struct token_row *ret)
{
	record_kept(token_row_table(), list->items[i].kept, ret);
}

void sorted_list_clear(struct sorted_list *list)
{
	for (size_t i = 0; i < list->n; i++) {
		free(list->items[i].text);
		free(list->items[i].kept);
	}
	free(list->items);
	*list = (struct sorted_list) { .sort = list->sort };
}
