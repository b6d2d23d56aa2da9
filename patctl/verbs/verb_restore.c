/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* patctl restore: gives revoked tokens their access back. */
#include "common/l10n.h"
#include "patctl/verbs/select.h"
#include "patctl/verbs/token_change.h"

static bool make(struct client *client, const struct pat_id *id, const void *how, DBusError *error)
{
	(void)how;
	return client_restore(client, id, error);
}

static enum outcome run(const struct command *command)
{
	static const struct token_change restore = {
		.result = "restored",
		.done = N_("User token successfully restored"),
		.make = make,
	};

	return token_change_run(command, command->n_operands, &restore);
}

const struct verb verb_restore = {
	.name = "restore",
	.operands = "TOKEN...",
	.options = OPTIONS(
		&option_user, &option_host, &option_json, &option_quiet, &option_no_ask_password),
	.run = run,
	.summary = N_("give revoked tokens their access back"),
	.help = { N_("Gives revoked tokens their access back: same secret, same expiry.  Not one that\n"
		     "has expired, or was revoked as compromised.  Asks for your password; root is not\n"
		     "asked.\n"),
		select_help },
	.examples = "  patctl restore laptop\n",
	.synonyms = { "unrevoke", "resume" },
	.token_states = { "revoked" },
};
