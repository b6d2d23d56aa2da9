#include <stdio.h>
#include <time.h>

#include "common/l10n.h"
#include "patctl/base/text.h"
#include "patctl/cli/argument.h"
#include "patctl/cli/verbs.h"
#include "patctl/client/client.h"
#include "patctl/verbs/print_secret.h"

static bool read_restriction(const struct restriction *restriction, const char *text, uint64_t now,
	struct restriction_value *ret)
{
	switch (restriction->kind) {
	case RESTRICTION_LIST:
		ret->text = text;
		return argument_list(restriction->option, text);
	case RESTRICTION_TEXT:
		ret->text = text;
		return true;
	case RESTRICTION_TIME:
		return argument_time_ahead(restriction->option, text, now, &ret->number);
	case RESTRICTION_COUNT:
		return argument_number(restriction->option, text, 1, &ret->number);
	}
	return false;
}

/* Checked before anything is asked of patd. */
static bool read_request(const struct command *command, struct client_token_request *ret)
{
	const char *const texts[PAT_RESTRICTIONS] = {
		[PAT_SERVICES] = command->service,
		[PAT_SOURCES] = command->from,
		[PAT_HOURS] = command->hours,
		[PAT_NOT_BEFORE] = command->not_before,
		[PAT_MAX_USES] = command->max_uses,
	};
	const uint64_t now = (uint64_t)time(NULL);
	struct client_token_request request = {
		.name = command->items[0],
		.user = command->user,
	};

	if (!argument_name(request.name) ||
		!argument_expiry("expires", command->expires, now, &request.expiry))
		return false;
	for (size_t i = 0; i < PAT_RESTRICTIONS; i++)
		if (!read_restriction(&restrictions[i], texts[i], now, &request.restrictions[i]))
			return false;
	*ret = request;
	return true;
}

static void tell(const struct token *token)
{
	cleanup_text char *name = text_safe(token->name), *user = text_safe(token->user),
			  *expiry = handover_expiry(token);

	if (expiry)
		(void)fprintf(stderr, _("Token %s (%s) of user %s expires %s.\n"), name,
			token->id.text, user, expiry);
	else
		(void)fprintf(stderr, _("Token %s (%s) of user %s never expires.\n"), name,
			token->id.text, user);
}

/* A token that nobody has seen must not live on. */
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

enum outcome generate_run(const struct command *command)
{
	static const struct handover handover = { .tell = tell, .lost = undo };
	cleanup_client struct client *client = NULL;
	DBusError error = DBUS_ERROR_INIT;
	struct client_token_request request;
	struct pat_id id;
	enum outcome outcome;
	int secret;

	handover_prepare();
	if (!read_request(command, &request))
		return OUTCOME_USAGE;

	client = client_at(command->host, !command->no_ask_password, &error);
	if (!client || !client_generate(client, &request, &id, &secret, &error)) {
		outcome = outcome_fail(NULL, &error);
		if (client && outcome == OUTCOME_UNREACHABLE)
			complain(_("if it was made all the same it is in: %s list"),
				client_self(client));
		return outcome;
	}
	return handover_run(client, command, &id, secret, &handover);
}
