/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The candidates for TOKEN. */
#include <string.h>

#include "common/name.h"
#include "patctl/base/text.h"
#include "patctl/cli/verb.h"
#include "patctl/client/client.h"
#include "patctl/complete/candidates.h"

#define PAGES_MAX 128 /* patd looks at 1024 tokens for each: some tenths of a second */

/* The tokens found, in the order of the searches; one may be in it twice. */
struct search {
	struct client *client;
	struct client_filter filter;
	struct records tokens;
	unsigned int pages; /* asked for */
};

/* Reads pages until all searches together have found enough. */
static void find_some(struct search *search)
{
	cleanup_text char *cursor = NULL;
	DBusError error = DBUS_ERROR_INIT;
	bool more = true;

	while (more && search->tokens.n < CANDIDATES_MAX && search->pages++ < PAGES_MAX)
		more = client_list(
			       search->client, &search->filter, &cursor, &search->tokens, &error) &&
		       cursor;
	dbus_error_free(&error);
}

/* Tokens whose id or name begins so; begin is shorter than PAT_NAME_MAX bytes. */
static void find_begun(struct search *search, const char *begin)
{
	cleanup_text char *pattern = text_format("%s*", begin);

	if (pat_id_prefix_valid(begin)) {
		search->filter.id_prefix = begin;
		find_some(search);
		search->filter.id_prefix = NULL;
	}
	search->filter.name_pattern = *begin == '\0' ? NULL : pattern;
	find_some(search);
	search->filter.name_pattern = NULL;
}

static bool same_id(const struct token_row *a, const struct token_row *b)
{
	return strcmp(a->id.text, b->id.text) == 0;
}

/* Whether the token at place i is also at an earlier place. */
static bool is_repeated(const struct records *tokens, size_t i)
{
	const struct token_row *items = tokens->items;

	for (size_t j = 0; j < i; j++)
		if (same_id(&items[j], &items[i]))
			return true;
	return false;
}

/*
 * Whether no other token that was found has the same name, which patctl would refuse as ambiguous.
 * A name that looks like an id may be the id of another token.
 */
static bool is_unique(const struct records *tokens, const struct token_row *token)
{
	const struct token_row *items = tokens->items;

	if (pat_id_valid(token->name))
		return false;
	for (size_t i = 0; i < tokens->n; i++)
		if (strcmp(items[i].name, token->name) == 0 && !same_id(&items[i], token))
			return false;
	return true;
}

/* The name comes last, so that it cannot pass for the state or the user. */
static void print_token(
	struct candidates *candidates, const struct token_row *token, bool all, bool by_name)
{
	cleanup_text char *about = text_format("%s%s%s: %s", all ? token->user : "",
		all ? ", " : "", text_translated(token->state), token->name);

	candidates_word(candidates, by_name ? token->name : token->id.text, about);
}

static void print_tokens(struct candidates *candidates, const struct records *tokens, bool all)
{
	for (int by_name = 0; by_name < 2; by_name++)
		for (size_t i = 0; i < tokens->n; i++) {
			const struct token_row *token = (const struct token_row *)tokens->items + i;

			if (!is_repeated(tokens, i) &&
				!command_has_operand(candidates->command, token->id.text) &&
				!command_has_operand(candidates->command, token->name) &&
				(!by_name || is_unique(tokens, token)))
				print_token(candidates, token, all, by_name);
		}
}

void complete_tokens(struct candidates *candidates)
{
	const struct verb *verb = candidates->command->verb;
	const char *user = command_value(candidates->command, &option_user),
		   *begin = candidates_begin(candidates);
	struct search search = { .filter = { .user = user } };
	cleanup_client struct client *client = NULL;
	DBusError error = DBUS_ERROR_INIT;

	if ((user && pat_name_problem(user)) || strlen(begin) >= PAT_NAME_MAX)
		return;
	search.client = client = client_new(NULL, false, &error);
	dbus_error_free(&error);
	if (!client)
		return;
	search.filter.all = !user && client_is_root(client);
	if (!verb->token_states[0])
		find_begun(&search, begin);
	for (size_t i = 0; verb->token_states[i]; i++) {
		search.filter.state = verb->token_states[i];
		find_begun(&search, begin);
	}
	print_tokens(candidates, &search.tokens, search.filter.all);
	records_clear(&search.tokens);
}
