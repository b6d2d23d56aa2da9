/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* patctl rotate: it gives a token a new secret. */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "common/l10n.h"
#include "patctl/base/text.h"
#include "patctl/base/timestamp.h"
#include "patctl/cli/argument.h"
#include "patctl/verbs/opened_sessions.h"
#include "patctl/verbs/print_secret.h"
#include "patctl/verbs/select.h"

static const struct option_info option_grace = { "grace", "PERIOD",
	N_("how long the previous secret works; or none"), 0 };

/* *grace: for what a --grace gives. */
static bool read_how(
	const struct command *command, uint64_t *grace, struct client_rotation *ret_how)
{
	const char *text = command_value(command, &option_grace);
	const bool none = text && (strcmp(text, "none") == 0 || strcmp(text, "0") == 0);

	*grace = 0;
	*ret_how = (struct client_rotation) {
		.grace = text ? grace : NULL,
		.expiry = { .kind = EXPIRY_DEFAULT },
		.end_sessions = command_given(command, &option_end_sessions),
	};
	if (text && !none && !argument_period(command, &option_grace, grace))
		return false;
	if (ret_how->end_sessions && !none) {
		complain(_("--end-sessions requires --grace=0"));
		return false;
	}
	return argument_expiry(command, &option_expires, (uint64_t)time(NULL), &ret_how->expiry);
}

static void describe_former(const struct token_row *token)
{
	cleanup_text char *stamp = timestamp_local(token->former_until);

	if (token->former_until)
		note(_("The previous secret works until %s\n"
		       "or until the new one is used.\n"),
			stamp);
	else
		note(_("The previous secret no longer works.\n"));
}

static void describe_rotated(const struct token_row *token)
{
	cleanup_text char *name = text_safe(token->name), *user = text_safe(token->user),
			  *expiry = print_secret_expiry(token);

	if (expiry)
		note(_("Token %s (%s) of user %s has a new secret, and expires %s.\n"), name,
			token->id.text, user, expiry);
	else
		note(_("Token %s (%s) of user %s has a new secret, and never expires.\n"), name,
			token->id.text, user);
	describe_former(token);
}

/* before: the token as it was before the rotation. */
static void tell_ended(const struct command *command, const struct token_row *before)
{
	cleanup_text char *stamp = timestamp_local(before->former_until);

	if (before->former_until && !command_given(command, &option_quiet))
		note(_("An earlier secret, which would have worked until %s, no longer works.\n"),
			stamp);
}

/* The token stays valid: it is in use with the former secret.  former_until: 0 if not known. */
static void report_lost(struct client *client, const struct pat_id *id, uint64_t former_until)
{
	cleanup_text char *stamp = timestamp_local(former_until);

	if (former_until) {
		complain(_("the new secret of %s was not shown and is lost; the previous one "
			   "works until %s.\n"
			   "To get another, which ends the previous one: %s rotate --id %s"),
			id->text, stamp, client_self(client), id->text);
		return;
	}
	complain(
		_("the new secret of %s was not shown and is lost; to get another: %s rotate --id %s"),
		id->text, client_self(client), id->text);
}

static enum outcome fail(struct client *client, const struct token_row *token, DBusError *error)
{
	cleanup_text char *name = text_safe(token->name),
			  *subject = text_format("%s (%s)", name, token->id.text);
	const bool unanswered = outcome_unanswered(error);
	const enum outcome outcome = outcome_fail(subject, error);

	if (unanswered)
		complain(_("check whether the token has a new secret: %s show --id %s"),
			client_self(client), token->id.text);
	return outcome;
}

static enum outcome run_rotate(const struct command *command)
{
	cleanup_client struct client *client = NULL;
	struct token_row token, now = { .former_until = 0 };
	DBusError error = DBUS_ERROR_INIT;
	struct opened_sessions opened;
	struct client_rotation how;
	enum outcome outcome;
	uint64_t grace;
	int secret;

	print_secret_prepare();
	if (!read_how(command, &grace, &how))
		return OUTCOME_USAGE;

	client = select_machine(command, &error);
	if (!client || !select_token(command, client, command->operands[0], &token, &error))
		return outcome_fail(NULL, &error);
	if (!client_rotate(client, &token.id, &how, &secret, &error))
		return fail(client, &token, &error);
	tell_ended(command, &token);
	outcome = print_secret(client, command, &token.id, secret, NULL, describe_rotated, &now);
	if (outcome != OUTCOME_DONE)
		report_lost(client, &token.id, now.former_until);
	opened = opened_sessions_of(command, client, client_is_root(client));
	opened.hints = false;
	if (how.grace && grace == 0)
		opened_sessions_add(&opened, &token);
	return opened_sessions_end(&opened, outcome);
}

const struct verb verb_rotate = { "rotate", "TOKEN", run_rotate,
	N_("give a token a new secret and print it once"),
	OPTIONS(&option_user, &option_id, &option_grace, &option_expires, &option_end_sessions,
		OPTIONS_COMMON),
	{ N_("Gives a token a new secret and prints it as generate does.  Name, id and\n"
	     "restrictions stay the same, and without --expires the expiration.  The previous\n"
	     "secret works until the new one is used, but at most for a day, or for the period\n"
	     "given with --grace, which may be none.\n"),
		N_("With --end-sessions, which requires --grace=0, the sessions that the token\n"
		   "opened are ended as by \"patctl revoke\".\n"),
		select_help,
		N_("Asks for your password; root is not asked.  With --expires, for a token that\n"
		   "somebody else generated for you, it asks for an administrator's.\n") },
	"  patctl rotate laptop\n"
	"  TOKEN=$(patctl rotate ci --grace=1h --expires=90d)\n",
	.synonyms = { "regenerate", "renew", "roll" },
	.token_states = { "active", "pending", "disabled" } };
