/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* patctl delete: removes revoked tokens for good. */
#include "common/l10n.h"
#include "patctl/verbs/select.h"
#include "patctl/verbs/token_change.h"

static bool make(struct client *client, const struct pat_id *id, const void *how, DBusError *error)
{
	(void)how;
	return client_delete(client, id, error);
}

static enum outcome run(const struct command *command)
{
	static const struct token_change delete = {
		.result = "deleted",
		.done = N_("User token successfully deleted"),
		.confirm = true,
		.make = make,
	};

	return token_change_run(command, command->n_operands, &delete);
}

const struct verb verb_delete = {
	.name = "delete",
	.operands = "TOKEN...",
	.options = OPTIONS(&option_user, &option_yes, &option_host, &option_json, &option_quiet,
		&option_no_ask_password),
	.run = run,
	.summary = N_("remove revoked tokens for good"),
	.help = { N_("Removes revoked tokens for good; one that is not revoked is refused.  Asks first;\n"
		     "where there is no terminal to ask on, --yes is needed.\n"),
		select_help },
	.examples = "  patctl revoke laptop && patctl delete laptop\n",
	.synonyms = { "rm", "remove" },
	.token_states = { "revoked", "altered" },
};
