/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The candidates for TOKEN. */
#include <string.h>

#include "common/name.h"
#include "patctl/base/text.h"
#include "patctl/cli/verb.h"
#include "patctl/client/client.h"
#include "patctl/complete/candidates.h"
#include "patctl/verbs/select.h"

#define PAGES_MAX 128 /* patd looks at 1024 tokens for each: some tenths of a second */

/* The tokens found, in the order of the searches; one may be in it twice. */
struct search {
	struct candidates *candidates;
	struct client *client;
	struct client_filter filter;
	bool all;                      /* ids of all users, as select_token() takes them */
	struct records by_id, by_name; /* that can be given by their id, by their name */
	unsigned int pages;            /* asked for */
};

/* Reads pages until all searches together have found enough. */
static void find_some(struct search *search, struct records *tokens)
{
	cleanup_text char *cursor = NULL;
	DBusError error = DBUS_ERROR_INIT;
	bool more = true;

	while (more && tokens->n < CANDIDATES_MAX && search->pages++ < PAGES_MAX)
		more = client_list(search->client, &search->filter, &cursor, tokens, &error) &&
		       cursor;
	dbus_error_free(&error);
}

/* Tokens whose id or name begins so; begin is shorter than PAT_NAME_MAX bytes. */
static void find_begun(struct search *search, const char *begin)
{
	cleanup_text char *pattern = text_format("%s*", begin);

	if (*begin == '\0' || pat_id_prefix_valid(begin)) {
		search->filter.id_prefix = *begin == '\0' ? NULL : begin;
		search->filter.all = search->all;
		find_some(search, &search->by_id);
		search->filter.id_prefix = NULL;
		search->filter.all = false;
	}
	if (command_given(search->candidates->command, &option_id))
		return;
	search->filter.name_pattern = *begin == '\0' ? NULL : pattern;
	find_some(search, &search->by_name);
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

/* Whether name is the name of another of the tokens, or the beginning of its id. */
static bool means_another(
	const struct records *tokens, const char *name, const struct token_row *token, bool by_name)
{
	const struct token_row *items = tokens->items;

	for (size_t i = 0; i < tokens->n; i++)
		if (!same_id(&items[i], token) &&
			(by_name ? strcmp(items[i].name, name) == 0
				 : strncmp(items[i].id.text, name, strlen(name)) == 0))
			return true;
	return false;
}

/*
 * Whether patctl would take the name for no other token that was found.  A name that looks like an
 * id may be the id of a token that was not.
 */
static bool is_unique(const struct search *search, const struct token_row *token)
{
	if (pat_id_valid(token->name) || means_another(&search->by_name, token->name, token, true))
		return false;
	return !select_is_beginning(token->name) ||
	       (!means_another(&search->by_name, token->name, token, false) &&
		       !means_another(&search->by_id, token->name, token, false));
}

/* The name comes last, so that it cannot pass for the state or the user. */
static void print_token(
	const struct search *search, const struct token_row *token, const char *word)
{
	cleanup_text char *about = text_format("%s%s%s: %s", search->all ? token->user : "",
		search->all ? ", " : "", text_translated(token->state), token->name);

	candidates_word(search->candidates, word, about);
}

static void print_tokens(const struct search *search, bool by_name)
{
	const struct records *tokens = by_name ? &search->by_name : &search->by_id;
	const struct command *command = search->candidates->command;

	for (size_t i = 0; i < tokens->n; i++) {
		const struct token_row *token = (const struct token_row *)tokens->items + i;

		if (!is_repeated(tokens, i) && !command_has_operand(command, token->id.text) &&
			!command_has_operand(command, token->name) &&
			(!by_name || is_unique(search, token)))
			print_token(search, token, by_name ? token->name : token->id.text);
	}
}

void complete_tokens(struct candidates *candidates)
{
	const struct verb *verb = candidates->command->verb;
	const char *user = command_value(candidates->command, &option_user),
		   *begin = candidates_begin(candidates);
	struct search search = { .candidates = candidates, .filter = { .user = user } };
	cleanup_client struct client *client = NULL;
	DBusError error = DBUS_ERROR_INIT;

	if ((user && pat_name_problem(user)) || strlen(begin) >= PAT_NAME_MAX)
		return;
	search.client = client = client_new(NULL, false, &error);
	dbus_error_free(&error);
	if (!client)
		return;
	search.all = !user && client_is_root(client);
	if (!verb->token_states[0])
		find_begun(&search, begin);
	for (size_t i = 0; verb->token_states[i]; i++) {
		search.filter.state = verb->token_states[i];
		find_begun(&search, begin);
	}
	print_tokens(&search, false);
	print_tokens(&search, true);
	records_clear(&search.by_id);
	records_clear(&search.by_name);
}
