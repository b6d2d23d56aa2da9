/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* patctl generate: makes a token and prints it. */
#include <stdio.h>
#include <time.h>

#include "common/l10n.h"
#include "patctl/base/text.h"
#include "patctl/cli/argument.h"
#include "patctl/verbs/print_secret.h"
#include "patctl/verbs/select.h"

static const struct option_info option_expires = { "expires", "WHEN",
	N_("\"30 days\", 2027-01-31 or never"), 0 };

static bool read_restriction(const struct command *command, const struct restriction *restriction,
	uint64_t now, struct restriction_value *ret)
{
	switch (restriction->kind) {
	case RESTRICTION_LIST:
		return argument_list(command, &restriction->option, &ret->text);
	case RESTRICTION_TEXT:
		ret->text = command_value(command, &restriction->option);
		return true;
	case RESTRICTION_TIME:
		return argument_time_ahead(command, &restriction->option, now, &ret->number);
	case RESTRICTION_COUNT:
		return argument_number(command, &restriction->option, 1, &ret->number);
	}
	return false;
}

/* Reads and checks all options before the first call to patd. */
static bool read_request(const struct command *command, struct client_token_request *ret)
{
	const uint64_t now = (uint64_t)time(NULL);
	struct client_token_request request = {
		.name = command->operands[0],
		.user = command_value(command, &option_user),
	};

	if (!argument_name(request.name) ||
		!argument_expiry(command, &option_expires, now, &request.expiry))
		return false;
	for (size_t i = 0; i < PAT_RESTRICTIONS; i++)
		if (!read_restriction(command, &restrictions[i], now, &request.restrictions[i]))
			return false;
	*ret = request;
	return true;
}

static void describe(const struct token *token)
{
	cleanup_text char *name = text_safe(token->name), *user = text_safe(token->user),
			  *expiry = print_secret_expiry(token);

	if (expiry)
		(void)fprintf(stderr, _("Token %s (%s) of user %s expires %s.\n"), name,
			token->id.text, user, expiry);
	else
		(void)fprintf(stderr, _("Token %s (%s) of user %s never expires.\n"), name,
			token->id.text, user);
}

/* A token that nobody has seen must not stay valid. */
static void undo(struct client *client, const struct pat_id *id, const struct token *token)
{
	static const struct client_revocation plainly = { 0 };
	DBusError error = DBUS_ERROR_INIT;

	(void)token;
	if (client_revoke(client, id, &plainly, &error) && client_delete(client, id, &error)) {
		complain(_("the token %s, which was not shown, was revoked and deleted"), id->text);
		return;
	}
	(void)outcome_fail(id->text, &error);
	complain(_("the token %s exists but was not shown; end it: %s revoke %s && "
		   "%s delete %s"),
		id->text, client_self(client), id->text, client_self(client), id->text);
}

static enum outcome run(const struct command *command)
{
	static const struct print_secret_ops ops = { .describe = describe, .lost = undo };
	cleanup_client struct client *client = NULL;
	DBusError error = DBUS_ERROR_INIT;
	struct client_token_request request;
	struct pat_id id;
	enum outcome outcome;
	int secret;

	print_secret_prepare();
	if (!read_request(command, &request))
		return OUTCOME_USAGE;

	client = select_machine(command, &error);
	if (!client || !client_generate(client, &request, &id, &secret, &error)) {
		outcome = outcome_fail(NULL, &error);
		if (client && outcome == OUTCOME_UNREACHABLE)
			complain(_("if it was made all the same it is in: %s list"),
				client_self(client));
		return outcome;
	}
	return print_secret(client, command, &id, secret, &ops);
}

const struct verb verb_generate = { "generate", "NAME", run, N_("make a token and print it, once"),
	OPTIONS(&option_user, &option_expires, &option_restrictions, OPTIONS_COMMON),
	{ N_("Makes a token and prints it: the token alone on standard output, all else on\n"
	     "standard error.  It is shown this once.  Keep it confidential, in a password\n"
	     "manager.\n"),
		N_("WHEN is a period such as \"30 days\", 7d or \"1h 30min\", a local date such as\n"
		   "2027-01-31 or \"2027-01-31 18:00\", a time in UTC such as 2027-01-31T18:00Z, or,\n"
		   "of --expires, never.  m is minutes, M is months.  Without --expires it is what\n"
		   "patd.conf(5) says, 30 days if nothing.\n"),
		N_("A token can be restricted.  --service: the PAM services that it is good for,\n"
		   "shell patterns with commas between them.  --from: where logins may come from,\n"
		   "networks, addresses and \"local\".  --hours: when it works, in the time zone of\n"
		   "this machine.  --not-before and --max-uses.  All that are given must hold.\n"),
		N_("Asks for your password, with --user for an administrator's; root is not asked.\n") },
	"  patctl generate laptop\n"
	"  TOKEN=$(patctl generate ci --expires=7d --max-uses=1)\n"
	"  patctl generate work --service=sshd,sudo --from=192.0.2.0/24,local\n"
	"  patctl generate office --hours=\"Mon..Fri 08:00-18:00\"\n"
	"  sudo patctl generate \"nightly backup\" --user=backup --expires=never\n",
	.synonyms = { "add", "create", "new" } };
