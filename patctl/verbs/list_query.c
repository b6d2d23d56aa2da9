/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Which tokens patctl list shows, and in which order. */
#include "patctl/verbs/list_query.h"

#include <stdlib.h>
#include <string.h>

#include "common/l10n.h"
#include "patctl/cli/argument.h"

const char *const filter_states[] = { N_("active"), N_("revoked"), N_("expired"), N_("exhausted"),
	N_("disabled"), N_("pending"), N_("altered"), NULL };

const struct option_info option_state = { "state", "STATE", N_("only tokens in this state"), 0 };
const struct option_info option_unused_for = { "unused-for", "PERIOD",
	N_("only tokens unused for PERIOD"), 0 };
const struct option_info option_expiring = { "expiring", "PERIOD",
	N_("only tokens expired or expiring within PERIOD"), 0 };

static bool check_state(const char *state)
{
	for (size_t i = 0; filter_states[i]; i++)
		if (strcmp(filter_states[i], state) == 0)
			return true;
	return argument_wrong(&option_state, state,
		N_("a state is active, revoked, expired, exhausted, disabled, pending or altered"));
}

bool filter_of(const struct command *command, uint64_t now, struct client_filter *ret)
{
	uint64_t unused = 0, ahead = 0; /* seconds, 0 if not given */

	*ret = (struct client_filter) {
		.user = command_value(command, &option_user),
		.all = command_given(command, &option_all),
		.state = command_value(command, &option_state),
		.good_for = command_value(command, &option_service),
	};
	if ((ret->state && !check_state(ret->state)) ||
		!argument_period(command, &option_unused_for, &unused) ||
		!argument_period(command, &option_expiring, &ahead))
		return false;
	/* Not 0, which is "not given"; no token is older than the year 1970. */
	if (unused)
		ret->unused_since = unused < now ? now - unused : 1;
	if (ahead)
		ret->expiring_before = now + ahead;
	return true;
}

bool filter_narrows(const struct client_filter *filter)
{
	return filter->state || filter->good_for || filter->unused_since || filter->expiring_before;
}

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

static int compare_numbers(uint64_t a, uint64_t b)
{
	return (a > b) - (a < b);
}

static int compare_by(enum sort_key key, const struct token *a, const struct token *b)
{
	switch (key) {
	case SORT_NAME:
		return strcmp(a->name, b->name);
	case SORT_CREATED:
		return compare_numbers(a->created_at, b->created_at);
	case SORT_EXPIRES: /* 0 is never, and comes last */
		return compare_numbers(a->expires_at - 1, b->expires_at - 1);
	case SORT_USED: /* unused tokens come first */
		return compare_numbers(a->last_used_at, b->last_used_at);
	case SORT_STATE:
		return strcmp(a->state, b->state);
	case SORT_USER:
		return strcmp(a->user, b->user);
	}
	return 0;
}

static int compare(const void *a, const void *b, void *userdata)
{
	const struct token *row_a = a, *row_b = b;
	const struct sort *sort = userdata;
	int order = compare_by(sort->key, row_a, row_b);

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
