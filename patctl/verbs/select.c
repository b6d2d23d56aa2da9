/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The machine and the tokens that a command line names. */
#include "patctl/verbs/select.h"

#include <string.h>
#include <unistd.h>

#include "common/error.h"
#include "common/l10n.h"
#include "common/name.h"
#include "patctl/base/outcome.h"
#include "patctl/base/secret.h"
#include "patctl/base/text.h"
#include "patctl/print/token_table.h"

#define SHOWN_MAX 20 /* tokens in a message */

/* Characters; with fewer, a short name would begin the ids of other tokens by chance. */
#define BEGINNING_MIN 4

const char select_help[] =
	N_("TOKEN is a name, an id, or the first 4 characters or more of an id, and must\n"
	   "mean one token.  For root, ids are those of all users, and names those of\n"
	   "root's own tokens; with --user, both are those of USER.  With --id, TOKEN is a\n"
	   "full id.  If TOKEN is -, the token itself is read from standard input.\n");

struct client *select_machine(const struct command *command, DBusError *error)
{
	return client_new(command_value(command, &option_host),
		!command_given(command, &option_no_ask_password), error);
}

/* Of tokens it keeps those that it shows. */
static void set_ambiguous(const struct command *command, const struct client *client,
	const char *item, struct records *tokens, DBusError *error)
{
	const bool more = tokens->n > SHOWN_MAX;
	const char *user = command_value(command, &option_user);
	cleanup_text char *safe = text_safe(item), *of = text_safe(user ? user : ""), *table = NULL,
			  *problem = text_format(_("\"%s\" is ambiguous:"), safe),
			  *way = text_format(_("to select one by its id: %s %s --id ID%s%s"),
				  client_self(client), command->verb->name, user ? " --user=" : "",
				  of);

	tokens->n = more ? SHOWN_MAX : tokens->n;
	table = token_table_text(tokens);
	dbus_set_error(error, OUTCOME_ERROR_AMBIGUOUS, "%s\n%s%s%s%s", problem, table,
		more ? _("and more") : "", more ? "\n" : "", way);
}

static void set_not_found(const struct command *command, const struct client *client,
	const char *item, DBusError *error)
{
	const char *user = command_value(command, &option_user);
	const bool all = !user && client_is_root(client);
	cleanup_text char *safe = text_safe(item), *of = text_safe(user ? user : ""),
			  *message = NULL;

	if (command_given(command, &option_id))
		message = text_format(_("no token has the id \"%s\""), safe);
	else if (all)
		message = text_format(_("no token has the id \"%s\", and no token of root has that "
					"name; for a name of another user's token, use --user"),
			safe);
	else
		message = text_format(_("no token has the name or id \"%s\""), safe);
	dbus_set_error(error, pat_error_name(PAT_ERR_NOT_FOUND),
		_("%s; to list tokens: %s list%s%s"), message, client_self(client),
		user ? " --user=" : "", all ? " --all" : of);
}

bool select_is_beginning(const char *text)
{
	return pat_id_prefix_valid(text) && strlen(text) >= BEGINNING_MIN;
}

static bool contains(const struct records *tokens, const struct pat_id *id)
{
	const struct token_row *items = tokens->items;

	for (size_t i = 0; i < tokens->n; i++)
		if (strcmp(items[i].id.text, id->text) == 0)
			return true;
	return false;
}

/*
 * Adds the tokens that pass the filter and are not there yet.  Reads until it is clear whether one
 * passes, or there are enough to show.
 */
static bool find(struct client *client, const struct client_filter *filter, struct records *tokens,
	DBusError *error)
{
	cleanup_records struct records found = { 0 };
	cleanup_text char *cursor = NULL;

	do {
		if (!client_list(client, filter, &cursor, &found, error))
			return false;
	} while (cursor && found.n <= SHOWN_MAX);
	tokens->table = found.table;
	for (size_t i = 0; i < found.n; i++) {
		const struct token_row *token = (const struct token_row *)found.items + i;

		if (!contains(tokens, &token->id))
			records_append(tokens, token);
	}
	return true;
}

bool select_read_id(const struct command *command, struct pat_id *ret, DBusError *error)
{
	cleanup_secret char *token = NULL;
	const char *problem;
	bool blanks;

	secret_protect_process();
	token = secret_input(STDIN_FILENO, &blanks, &problem);
	if (!token || !pat_token_parse(token, ret)) {
		dbus_set_error(error, pat_error_name(PAT_ERR_INVALID_ARGS), "%s",
			_(token ? N_("not a valid token (mistyped or incomplete)") : problem));
		return false;
	}
	if (blanks && !command_given(command, &option_quiet))
		complain(_("blanks before or after the token were ignored"));
	return true;
}

static bool select_input(const struct command *command, struct client *client,
	struct token_row *ret, DBusError *error)
{
	struct pat_id id;

	if (!select_read_id(command, &id, error))
		return false;
	if (select_id(client, command_value(command, &option_user), &id, ret, error))
		return true;
	if (pat_error_from_name(error->name) == PAT_ERR_NOT_FOUND)
		error_replace(error, error->name, _("no token has the id \"%s\""), id.text);
	return false;
}

bool select_token(const struct command *command, struct client *client, const char *item,
	struct token_row *ret, DBusError *error)
{
	const char *user = command_value(command, &option_user);
	const bool id_only = command_given(command, &option_id),
		   id = id_only ? pat_id_valid(item) : select_is_beginning(item);
	const struct {
		bool possible;
		struct client_filter filter;
	} readings[] = {
		{ !id_only && !pat_name_problem(item), { .user = user, .name = item } },
		{ id, { .user = user, .all = !user && client_is_root(client), .id_prefix = item } },
	};
	cleanup_records struct records tokens = { 0 };

	if (strcmp(item, SELECT_INPUT) == 0)
		return select_input(command, client, ret, error);
	for (size_t i = 0; i < sizeof(readings) / sizeof(readings[0]); i++)
		if (readings[i].possible && tokens.n <= SHOWN_MAX &&
			!find(client, &readings[i].filter, &tokens, error))
			return false;
	if (tokens.n > 1) {
		set_ambiguous(command, client, item, &tokens, error);
		return false;
	}
	if (tokens.n == 0) {
		set_not_found(command, client, item, error);
		return false;
	}
	memcpy(ret, tokens.items, sizeof(*ret));
	return true;
}

bool select_id(struct client *client, const char *user, const struct pat_id *id,
	struct token_row *ret, DBusError *error)
{
	const struct client_filter filter = {
		.user = user, .all = !user && client_is_root(client), .id_prefix = id->text
	};
	cleanup_records struct records tokens = { 0 };

	if (!find(client, &filter, &tokens, error))
		return false;
	if (tokens.n != 1) {
		dbus_set_error(error, pat_error_name(PAT_ERR_NOT_FOUND),
			_("there is no token with this id any more"));
		return false;
	}
	memcpy(ret, tokens.items, sizeof(*ret));
	return true;
}
