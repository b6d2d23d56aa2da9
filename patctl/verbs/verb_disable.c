/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* patctl disable: has no token of users work, or lists who is disabled. */
#include <stdio.h>

#include "common/l10n.h"
#include "patctl/base/text.h"
#include "patctl/cli/argument.h"
#include "patctl/client/client.h"
#include "patctl/print/json.h"
#include "patctl/print/output_context.h"
#include "patctl/verbs/disable_enable.h"
#include "patctl/verbs/select.h"

/* "alice: disabled 3 days ago by root: left the company" */
static void print(const struct disabled *one, const struct output_context *context)
{
	cleanup_text char *user = text_safe(*one->user ? one->user : _("everybody")),
			  *when = format_time(context, one->at),
			  *by = format_user(context, one->by_uid), *reason = text_safe(one->reason);

	(void)printf(_("%s: disabled %s by %s"), user, when, by);
	(void)printf("%s%s\n", *reason ? ": " : "", reason);
}

static enum outcome list_disabled(const struct command *command)
{
	const struct output_context context =
		output_context_for(command_value(command, &option_host));
	DBusError error = DBUS_ERROR_INIT;
	cleanup_client struct client *client = select_machine(command, &error);
	cleanup_records struct records records = { 0 };
	struct json_list list = { 0 };
	const struct disabled *all;

	if (!client || !client_disabled(client, &records, &error))
		return outcome_fail(NULL, &error);
	all = records.items;
	for (size_t i = 0; i < records.n; i++) {
		if (command_given(command, &option_json))
			json_list_add(&list, json_of_record(records.type, &all[i]));
		else
			print(&all[i], &context);
	}
	if (command_given(command, &option_json))
		json_list_end(&list);
	else if (records.n == 0 && context.terminal && !command_given(command, &option_quiet))
		(void)fputs(_("Nobody is disabled.\n"), stderr);
	return OUTCOME_DONE;
}

static enum outcome run(const struct command *command)
{
	static const struct disable_enable disable = {
		.result = "disabled",
		.done = N_("tokens successfully disabled"),
		.token_verb = "revoke",
		.make = client_disable,
	};
	const char *reason = NULL;

	if (!argument_reason(command, &option_reason, &reason))
		return OUTCOME_USAGE;
	if (command->n_operands > 0 || command_given(command, &option_all))
		return disable_enable_run(command, &disable);
	if (reason) {
		complain(_("--reason of what? name a user, or --all"));
		return OUTCOME_USAGE;
	}
	return list_disabled(command);
}

const struct verb verb_disable = {
	.name = "disable",
	.operands = "[USER...]",
	.options = OPTIONS(&option_all, &option_reason, &option_host, &option_json, &option_quiet,
		&option_no_ask_password),
	.run = run,
	.summary = N_("have no token of users work"),
	.help = { N_(
		"From now on no token of the users works, nor can one be made, until an\n"
		"administrator enables them again; with --all, of anybody.  Without a user or\n"
		"--all, lists who is disabled.\n") },
	.examples = "  sudo patctl disable alice --reason=\"left the company\"\n"
		    "  sudo patctl disable --all\n"
		    "  sudo patctl disable\n",
	.synonyms = { "lock" },
};
