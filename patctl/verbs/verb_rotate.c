/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* patctl rotate: gives a token a new secret and prints it. */
#include <stdio.h>
#include <string.h>

#include "common/l10n.h"
#include "patctl/base/text.h"
#include "patctl/base/timestamp.h"
#include "patctl/cli/argument.h"
#include "patctl/verbs/print_secret.h"
#include "patctl/verbs/select.h"

static const struct option_info option_grace = { "grace", "PERIOD",
	N_("how long the secret before works on; or none"), 0 };

static bool read_grace(const struct command *command, uint64_t *ret)
{
	const char *grace = command_value(command, &option_grace);

	*ret = 0;
	return !grace || strcmp(grace, "none") == 0 || strcmp(grace, "0") == 0 ||
	       argument_period(command, &option_grace, ret);
}

static void describe_former(const struct token *token)
{
	cleanup_text char *stamp = timestamp_local(token->former_until);

	if (token->former_until)
		(void)fprintf(stderr,
			_("The secret before works until %s,\nor until the new one is used.\n"),
			stamp);
	else
		(void)fputs(_("The secret before does not work any more.\n"), stderr);
}

static void describe(const struct token *token)
{
	cleanup_text char *name = text_safe(token->name), *user = text_safe(token->user),
			  *expiry = print_secret_expiry(token);

	if (expiry)
		(void)fprintf(stderr,
			_("Token %s (%s) of user %s has a new secret, and expires %s.\n"), name,
			token->id.text, user, expiry);
	else
		(void)fprintf(stderr,
			_("Token %s (%s) of user %s has a new secret, and never expires.\n"), name,
			token->id.text, user);
	describe_former(token);
}

/* The token stays valid: it is in use with the former secret. */
static void report_lost(struct client *client, const struct pat_id *id, const struct token *token)
{
	if (token && token->former_until) {
		cleanup_text char *stamp = timestamp_local(token->former_until);

		complain(_("the new secret of %s was not shown and is lost; the one before works "
			   "until %s.\nFor another, which ends the one before: %s rotate %s"),
			id->text, stamp, client_self(client), id->text);
		return;
	}
	complain(_("the new secret of %s was not shown and is lost; for another: %s rotate %s"),
		id->text, client_self(client), id->text);
}

static enum outcome run(const struct command *command)
{
	static const struct print_secret_ops ops = { .describe = describe, .lost = report_lost };
	cleanup_client struct client *client = NULL;
	cleanup_token struct token token = { 0 };
	DBusError error = DBUS_ERROR_INIT;
	enum outcome outcome;
	uint64_t grace;
	int secret;

	print_secret_prepare();
	if (!read_grace(command, &grace))
		return OUTCOME_USAGE;

	client = select_machine(command, &error);
	if (!client || !select_token(client, command_value(command, &option_user),
			       command->operands[0], &token, &error))
		return outcome_fail(NULL, &error);
	if (!client_rotate(client, &token.id, command_given(command, &option_grace) ? &grace : NULL,
		    &secret, &error)) {
		cleanup_text char *name = text_safe(token.name),
				  *subject = text_format("%s (%s)", name, token.id.text);

		outcome = outcome_fail(subject, &error);
		if (outcome == OUTCOME_UNREACHABLE)
			complain(_("whether it has a new secret is in: %s show %s"),
				client_self(client), token.id.text);
		return outcome;
	}
	return print_secret(client, command, &token.id, secret, &ops);
}

const struct verb verb_rotate = {
	.name = "rotate",
	.operands = "TOKEN",
	.options = OPTIONS(&option_user, &option_grace, &option_host, &option_json, &option_quiet,
		&option_no_ask_password),
	.run = run,
	.summary = N_("give a token a new secret and print it, once"),
	.help = { N_("Gives a token a new secret and prints it as generate does.  All else stays: name,\n"
		     "id, expiry, restrictions.  The secret before works on until the new one is used,\n"
		     "a day at most, or as --grace says: a period, or none.\n"),
		select_help, N_("Asks for your password; root is not asked.\n") },
	.examples = "  patctl rotate laptop\n"
		    "  TOKEN=$(patctl rotate ci --grace=1h)\n",
	.synonyms = { "regenerate", "renew", "roll" },
	.token_states = { "active", "pending", "disabled" },
};
