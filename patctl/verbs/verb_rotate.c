#include <stdio.h>
#include <string.h>

#include "common/l10n.h"
#include "patctl/base/text.h"
#include "patctl/base/timestamp.h"
#include "patctl/cli/argument.h"
#include "patctl/cli/verbs.h"
#include "patctl/client/client.h"
#include "patctl/verbs/print_secret.h"
#include "patctl/verbs/select.h"

/* *ret_seconds counts only if *ret_given. */
static bool check(const struct command *command, bool *ret_given, uint64_t *ret_seconds)
{
	const char *grace = command->grace;

	*ret_given = grace != NULL;
	*ret_seconds = 0;
	return !grace || strcmp(grace, "none") == 0 || strcmp(grace, "0") == 0 ||
	       argument_period("grace", grace, ret_seconds);
}

static void tell_former(const struct token *token)
{
	char stamp[TIMESTAMP_TEXT_MAX];

	if (token->former_until) {
		timestamp_format_local(token->former_until, stamp);
		(void)fprintf(stderr,
			_("The secret before works until %s,\nor until the new one is used.\n"),
			stamp);
	} else {
		(void)fputs(_("The secret before does not work any more.\n"), stderr);
	}
}

static void tell(const struct token *token)
{
	cleanup_text char *name = text_safe(token->name), *user = text_safe(token->user),
			  *expiry = handover_expiry(token);

	if (expiry)
		(void)fprintf(stderr,
			_("Token %s (%s) of user %s has a new secret, and expires %s.\n"), name,
			token->id.text, user, expiry);
	else
		(void)fprintf(stderr,
			_("Token %s (%s) of user %s has a new secret, and never expires.\n"), name,
			token->id.text, user);
	tell_former(token);
}

/* The token is in use with the secret before, so it stays. */
static void tell_lost(struct client *client, const struct pat_id *id, const struct token *token)
{
	char stamp[TIMESTAMP_TEXT_MAX];

	if (token && token->former_until) {
		timestamp_format_local(token->former_until, stamp);
		complain(_("the new secret of %s was not shown and is lost; the one before works "
			   "until %s.\nFor another, which ends the one before: %s rotate %s"),
			id->text, stamp, client_self(client), id->text);
		return;
	}
	complain(_("the new secret of %s was not shown and is lost; for another: %s rotate %s"),
		id->text, client_self(client), id->text);
}

enum outcome rotate_run(const struct command *command)
{
	static const struct handover handover = { .tell = tell, .lost = tell_lost };
	cleanup_client struct client *client = NULL;
	cleanup_token struct token token = { 0 };
	DBusError error = DBUS_ERROR_INIT;
	enum outcome outcome;
	uint64_t grace;
	bool given;
	int secret;

	handover_prepare();
	if (!check(command, &given, &grace))
		return OUTCOME_USAGE;

	client = client_at(command->host, !command->no_ask_password, &error);
	if (!client || !select_token(client, command->user, command->items[0], &token, &error))
		return outcome_fail(NULL, &error);
	if (!client_rotate(client, &token.id, given ? &grace : NULL, &secret, &error)) {
		cleanup_text char *name = text_safe(token.name),
				  *subject = text_format("%s (%s)", name, token.id.text);

		outcome = outcome_fail(subject, &error);
		if (outcome == OUTCOME_UNREACHABLE)
			complain(_("whether it has a new secret is in: %s show %s"),
				client_self(client), token.id.text);
		return outcome;
	}
	return handover_run(client, command, &token.id, secret, &handover);
}
