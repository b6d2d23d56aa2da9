#include <string.h>

#include "common/name.h"
#include "patctl/base/text.h"
#include "patctl/cli/verbs.h"
#include "patctl/client/client.h"
#include "patctl/complete/offer.h"

#define STATES_MAX 4
#define PAGES_MAX 128 /* patd looks at 1024 tokens for each: some tenths of a second */

/* In which states a token is for a verb; for those that are not here in any. */
static const struct {
	const char *verb, *states[STATES_MAX]; /* NULL at the end */
} suitable[] = {
	{ "revoke", { "active", "pending", "disabled" } },
	{ "restore", { "revoked" } },
	{ "rotate", { "active", "pending", "disabled" } },
	{ "delete", { "revoked", "altered" } },
};

static const char *const *states_for(const struct verb *verb)
{
	static const char *const any[] = { NULL };

	for (size_t i = 0; i < sizeof(suitable) / sizeof(suitable[0]); i++)
		if (strcmp(suitable[i].verb, verb->name) == 0)
			return suitable[i].states;
	return any;
}

/* In the order of their finding; a token may be found twice. */
struct search {
	struct client *client;
	struct client_filter filter;
	struct tokens tokens;
	unsigned int pages; /* asked for */
};

/* Until there are enough, of all searches together. */
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

/* Those whose id or name begins so; begin is shorter than PAT_NAME_MAX bytes. */
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

static bool same_id(const struct token *a, const struct token *b)
{
	return strcmp(a->id.text, b->id.text) == 0;
}

/* Whether it is in tokens once more before place i. */
static bool is_repeated(const struct tokens *tokens, size_t i)
{
	for (size_t j = 0; j < i; j++)
		if (same_id(&tokens->items[j], &tokens->items[i]))
			return true;
	return false;
}

static bool is_named(const struct command *command, const struct token *token)
{
	for (size_t i = 0; i < command->n; i++)
		if (strcmp(command->items[i], token->id.text) == 0 ||
			strcmp(command->items[i], token->name) == 0)
			return true;
	return false;
}

/*
 * Whether its name means it and no other, of those that were found: of two patctl would take
 * neither.  A name that looks like an id may be another's.
 */
static bool is_unique(const struct tokens *tokens, const struct token *token)
{
	if (pat_id_valid(token->name))
		return false;
	for (size_t i = 0; i < tokens->n; i++)
		if (strcmp(tokens->items[i].name, token->name) == 0 &&
			!same_id(&tokens->items[i], token))
			return false;
	return true;
}

/* The name comes last: whatever it says, what stands before is patd's word. */
static void offer_row(
	struct candidates *candidates, const struct token *token, bool all, bool by_name)
{
	cleanup_text char *about = text_format("%s%s%s: %s", all ? token->user : "",
		all ? ", " : "", text_translated(token->state), token->name);

	candidates_word(candidates, by_name ? token->name : token->id.text, about);
}

static void offer_rows(const struct typing *typing, struct candidates *candidates,
	const struct tokens *tokens, bool all)
{
	for (int by_name = 0; by_name < 2; by_name++)
		for (size_t i = 0; i < tokens->n; i++) {
			const struct token *token = &tokens->items[i];

			if (!is_repeated(tokens, i) && !is_named(&typing->command, token) &&
				(!by_name || is_unique(tokens, token)))
				offer_row(candidates, token, all, by_name);
		}
}

void offer_tokens(const struct typing *typing, struct candidates *candidates)
{
	const char *user = typing->command.user, *begin = candidates_begin(candidates);
	struct search search = { .filter = { .user = user } };
	cleanup_client struct client *client = NULL;
	DBusError error = DBUS_ERROR_INIT;
	const char *const *states = states_for(typing->command.verb);

	if ((user && pat_name_problem(user)) || strlen(begin) >= PAT_NAME_MAX)
		return;
	search.client = client = client_new(false, &error);
	dbus_error_free(&error);
	if (!client)
		return;
	search.filter.all = !user && client_is_root(client);
	do {
		search.filter.state = *states;
		find_begun(&search, begin);
	} while (*states && *++states);
	offer_rows(typing, candidates, &search.tokens, search.filter.all);
	tokens_clear(&search.tokens);
}
