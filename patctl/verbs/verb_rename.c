/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* patctl rename: gives a token another name. */
#include "common/l10n.h"
#include "patctl/base/text.h"
#include "patctl/cli/argument.h"
#include "patctl/verbs/select.h"
#include "patctl/verbs/token_change.h"

static bool make(struct client *client, const struct pat_id *id, const void *how, DBusError *error)
{
	return client_rename(client, id, how, error);
}

static char *describe(const struct token *token)
{
	cleanup_text char *name = text_safe(token->name);

	return text_format(_("User token successfully renamed to %s"), name);
}

static enum outcome run(const struct command *command)
{
	const char *const name = command->operands[1];
	const struct token_change rename = {
		.result = "renamed",
		.done = N_("User token successfully renamed"),
		.make = make,
		.how = name,
		.describe = describe,
	};

	if (!argument_name(name))
		return OUTCOME_USAGE;
	return token_change_run(command, 1, &rename);
}

const struct verb verb_rename = {
	.name = "rename",
	.operands = "TOKEN NAME",
	.options = OPTIONS(
		&option_user, &option_host, &option_json, &option_quiet, &option_no_ask_password),
	.run = run,
	.summary = N_("give a token another name"),
	.help = { N_("Gives a token another name.  Its id stays, and its history.\n"),
		select_help },
	.examples = "  patctl rename laptop \"old laptop\"\n",
	.synonyms = { "mv" },
};
