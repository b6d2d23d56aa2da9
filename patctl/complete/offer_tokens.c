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
	struct rows rows;
	unsigned int pages; /* asked for */
};

/* Until there are enough, of all searches together. */
static void find_some(struct search *search)
{
	cleanup_text char *cursor = NULL;
	DBusError error = DBUS_ERROR_INIT;
	bool more = true;

	while (more && search->rows.n < CANDIDATES_MAX && search->pages++ < PAGES_MAX)
		more = client_list(
			       search->client, &search->filter, &cursor, &search->rows, &error) &&
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

static bool same_id(const struct row *a, const struct row *b)
{
	return strcmp(a->id.text, b->id.text) == 0;
}

/* Whether it is in rows once more before place i. */
static bool is_repeated(const struct rows *rows, size_t i)
{
	for (size_t j = 0; j < i; j++)
		if (same_id(&rows->items[j], &rows->items[i]))
			return true;
	return false;
}

static bool is_named(const struct command *command, const struct row *row)
{
	for (size_t i = 0; i < command->n; i++)
		if (strcmp(command->items[i], row->id.text) == 0 ||
			strcmp(command->items[i], row->name) == 0)
			return true;
	return false;
}

/*
 * Whether its name means it and no other, of those that were found: of two patctl would take
 * neither.  A name that looks like an id may be another's.
 */
static bool is_unique(const struct rows *rows, const struct row *row)
{
	if (pat_id_valid(row->name))
		return false;
	for (size_t i = 0; i < rows->n; i++)
		if (strcmp(rows->items[i].name, row->name) == 0 && !same_id(&rows->items[i], row))
			return false;
	return true;
}

/* The name comes last: whatever it says, what stands before is patd's word. */
static void offer_row(struct candidates *candidates, const struct row *row, bool all, bool by_name)
{
	cleanup_text char *about = text_format("%s%s%s: %s", all ? row->user : "", all ? ", " : "",
		text_translated(row->state), row->name);

	candidates_word(candidates, by_name ? row->name : row->id.text, about);
}

static void offer_rows(const struct typing *typing, struct candidates *candidates,
	const struct rows *rows, bool all)
{
	for (int by_name = 0; by_name < 2; by_name++)
		for (size_t i = 0; i < rows->n; i++) {
			const struct row *row = &rows->items[i];

			if (!is_repeated(rows, i) && !is_named(&typing->command, row) &&
				(!by_name || is_unique(rows, row)))
				offer_row(candidates, row, all, by_name);
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
	offer_rows(typing, candidates, &search.rows, search.filter.all);
	rows_clear(&search.rows);
}
