/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The machine and the tokens that a command line names. */
#include "patctl/verbs/select.h"

#include <string.h>

#include "common/error.h"
#include "common/l10n.h"
#include "common/name.h"
#include "patctl/base/outcome.h"
#include "patctl/base/text.h"

#define SHOWN_MAX 20 /* tokens in a message */

const char select_help[] = N_("TOKEN is a name, an id, or the beginning of an id.\n"
			      "For root, names are searched among the tokens of all users.\n");

struct client *select_machine(const struct command *command, DBusError *error)
{
	return client_new(command_value(command, &option_host),
		!command_given(command, &option_no_ask_password), error);
}

/* tokens: some of the tokens that it may be, at least two. */
static void set_ambiguous(const char *item, const struct records *tokens, DBusError *error)
{
	cleanup_text char *safe = text_safe(item);
	cleanup_text char *message =
		text_format(_("\"%s\" is ambiguous; use an id or --user:"), safe);

	for (size_t i = 0; i < tokens->n && i < SHOWN_MAX; i++) {
		const struct token_row *token = (const struct token_row *)tokens->items + i;
		cleanup_text char *before = message, *name = text_safe(token->name),
				  *user = text_safe(token->user), *line = NULL;

		line = text_format(_("%s  %s (user %s)"), token->id.text, name, user);
		message = text_format("%s\n  %s", before, line);
	}
	if (tokens->n > SHOWN_MAX) {
		cleanup_text char *before = message;

		message = text_format("%s\n  %s", before, _("and more"));
	}
	dbus_set_error(error, OUTCOME_ERROR_AMBIGUOUS, "%s", message);
}

static void set_not_found(
	struct client *client, const char *item, const char *user, DBusError *error)
{
	cleanup_text char *safe = text_safe(item);
	const char *all = client_is_root(client) ? " --all" : "";

	dbus_set_error(error, pat_error_name(PAT_ERR_NOT_FOUND),
		_("no token has the name or id \"%s\"; to list tokens: %s list%s%s"), safe,
		client_self(client), user ? " --user=" : all, user ? user : "");
}

/* Reads until it is clear whether one token passes the filter, or there are enough to show. */
static bool find(struct client *client, const struct client_filter *filter, struct records *tokens,
	DBusError *error)
{
	cleanup_text char *cursor = NULL;

	do {
		if (!client_list(client, filter, &cursor, tokens, error))
			return false;
	} while (cursor && tokens->n <= SHOWN_MAX);
	return true;
}

bool select_token(struct client *client, const char *user, const char *item, struct token_row *ret,
	DBusError *error)
{
	const struct client_filter all = { .user = user, .all = !user && client_is_root(client) };
	const struct {
		bool possible;
		const char *name, *id_prefix;
	} steps[] = {
		{ pat_id_valid(item), NULL, item },
		{ !pat_name_problem(item), item, NULL },
		{ pat_id_prefix_valid(item) && !pat_id_valid(item), NULL, item },
	};

	for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
		struct client_filter filter = all;
		cleanup_records struct records tokens = { 0 };

		if (!steps[i].possible)
			continue;
		filter.name = steps[i].name;
		filter.id_prefix = steps[i].id_prefix;
		if (!find(client, &filter, &tokens, error))
			return false;
		if (tokens.n > 1) {
			set_ambiguous(item, &tokens, error);
			return false;
		}
		if (tokens.n == 1) {
			memcpy(ret, tokens.items, sizeof(*ret));
			return true;
		}
	}
	set_not_found(client, item, user, error);
	return false;
}
