/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* patctl sessions: the sessions that tokens have opened, and that are open. */
#include <stdio.h>

#include "common/l10n.h"
#include "patctl/base/text.h"
#include "patctl/print/json.h"
#include "patctl/print/output_context.h"
#include "patctl/print/session_table.h"
#include "patctl/verbs/check_user.h"
#include "patctl/verbs/select.h"

/* Those that one token opened. */
static bool read_of_token(const struct command *command, struct client *client, const char *item,
	struct records *sessions, DBusError *error)
{
	const char *user = command_value(command, &option_user);
	struct client_session_filter filter = { .user = user,
		.all = !user && client_is_root(client) };
	struct token_row token;

	if (!select_token(command, client, item, &token, error))
		return false;
	filter.token = token.id.text;
	return client_all_sessions(client, &filter, sessions, error);
}

/* Of the tokens that are operands.  A token that is not found is reported, and others are listed.
 */
static enum outcome read_of_tokens(
	const struct command *command, struct client *client, struct records *sessions)
{
	enum outcome outcome = OUTCOME_DONE;

	for (unsigned int i = 0; i < command->n_operands; i++) {
		DBusError error = DBUS_ERROR_INIT;
		const bool read =
			read_of_token(command, client, command->operands[i], sessions, &error);
		const enum outcome one = read ? OUTCOME_DONE : outcome_fail(NULL, &error);

		outcome = outcome_join(outcome, i, one);
		if (one == OUTCOME_UNREACHABLE)
			break;
	}
	return outcome;
}

static enum outcome read_all(
	const struct command *command, struct client *client, struct records *sessions)
{
	const struct client_session_filter filter = {
		.user = command_value(command, &option_user),
		.all = command_given(command, &option_all),
	};
	DBusError error = DBUS_ERROR_INIT;

	if (client_all_sessions(client, &filter, sessions, &error) &&
		(sessions->n > 0 || user_check(client, filter.user, NULL, &error)))
		return OUTCOME_DONE;
	return outcome_fail(NULL, &error);
}

static void print_json(const struct records *sessions)
{
	const struct session_row *rows = sessions->items;
	struct json_list list = { 0 };

	for (size_t i = 0; i < sessions->n; i++)
		json_list_record(&list, sessions->table, &rows[i]);
	json_list_end(&list);
}

static void print(const struct command *command, const struct records *sessions)
{
	const struct output_context context =
		output_context_for(command_value(command, &option_host));

	if (sessions->n > 0)
		command_page(command);
	else if (context.terminal && !command_given(command, &option_quiet))
		note(_("No sessions that a token opened are open.\n"));
	session_table_print(sessions, &context, !command_given(command, &option_no_legend));
}

static enum outcome run(const struct command *command)
{
	cleanup_records struct records sessions = { .table = &session_row_table };
	DBusError error = DBUS_ERROR_INIT;
	cleanup_client struct client *client = select_machine(command, &error);
	enum outcome outcome;

	if (!client)
		return outcome_fail(NULL, &error);
	outcome = command->n_operands > 0 ? read_of_tokens(command, client, &sessions)
					  : read_all(command, client, &sessions);
	/* After an error the whole list has no end, so that no program takes a part for it. */
	if (outcome != OUTCOME_DONE && command->n_operands == 0)
		return outcome;
	if (command_given(command, &option_json))
		print_json(&sessions);
	else
		print(command, &sessions);
	return outcome;
}

const struct verb verb_sessions = { "sessions", "[TOKEN...]", run,
	N_("list the open sessions that tokens opened"),
	OPTIONS(&option_user, &option_id, &option_all, &option_host, &option_json, &option_output,
		&option_no_legend, &option_quiet, &option_no_ask_password, &option_no_pager),
	{ N_("Lists the open sessions that your tokens opened, or with --all those of all\n"
	     "users: the token, the PAM service, where the login came from, since when, the\n"
	     "process that has the session open, and the session of systemd-logind.  With\n"
	     "TOKEN, those of these tokens.\n"),
		N_("A program whose PAM file has no session line of pam_pat is not listed:\n"
		   "\"patctl doctor\" names it.  To end sessions: patctl revoke --end-sessions TOKEN\n"),
		select_help },
	"  patctl sessions\n"
	"  sudo patctl sessions --all\n"
	"  sudo patctl sessions laptop --user=alice --json\n",
	.exclusive = { OPTIONS(&option_user, &option_all), OPTIONS(&option_id, &option_all) },
	.synonyms = { "logins", "who" } };
