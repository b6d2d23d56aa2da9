/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* patctl enable: has the tokens of disabled users work again. */
#include "common/l10n.h"
#include "patctl/client/client.h"
#include "patctl/verbs/disable_enable.h"

static bool make(struct client *client, const char *user, const char *reason, DBusError *error)
{
	(void)reason;
	return client_enable(client, user, error);
}

static enum outcome run(const struct command *command)
{
	static const struct disable_enable enable = {
		.result = "enabled",
		.done = N_("tokens successfully enabled"),
		.token_verb = "restore",
		.make = make,
	};

	return disable_enable_run(command, &enable);
}

const struct verb verb_enable = {
	.name = "enable",
	.operands = "USER...",
	.options = OPTIONS(
		&option_all, &option_host, &option_json, &option_quiet, &option_no_ask_password),
	.run = run,
	.summary = N_("have the tokens of disabled users work again"),
	.help = { N_(
		"Ends what disable began, of the users, or with --all for the machine; who was\n"
		"disabled on its own stays so.  What is revoked stays revoked.\n") },
	.examples = "  sudo patctl enable alice\n",
	.synonyms = { "unlock" },
	.disabled_users = true,
};
