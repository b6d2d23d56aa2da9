#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "common/l10n.h"
#include "patctl/base/text.h"
#include "patctl/base/timestamp.h"
#include "patctl/cli/argument.h"
#include "patctl/cli/verbs.h"
#include "patctl/client/client.h"
#include "patctl/print/json.h"
#include "patctl/verbs/change.h"

static const char done[] = N_("User token successfully revoked");

static bool make(struct client *client, const struct pat_id *id, const void *how, DBusError *error)
{
	return client_revoke(client, id, how, error);
}

/* A token that was revoked for longer before stays so: patd's word counts. */
static char *tell(const struct token *token)
{
	char stamp[TIMESTAMP_TEXT_MAX];

	if (!token->revoked_until)
		return text_format("%s", _(done));
	timestamp_format_local(token->revoked_until, stamp);
	return text_format(_("User token successfully revoked until %s"), stamp);
}

static bool check(const struct command *command, struct client_revocation *ret)
{
	ret->reason = command->reason;
	if (!argument_period("for", command->period, &ret->seconds) ||
		!argument_reason("reason", command->reason))
		return false;
	if (command->period && command->reason && strcmp(command->reason, "compromised") == 0) {
		complain(_("a compromised token never comes back: leave --for out"));
		return false;
	}
	return true;
}

static enum outcome revoke_all(const struct command *command, const struct client_revocation *how)
{
	DBusError error = DBUS_ERROR_INIT;
	cleanup_client struct client *client =
		client_at(command->host, !command->no_ask_password, &error);
	uint32_t count;

	if (!client || !client_revoke_all(client, command->user, how, &count, &error))
		return outcome_fail(NULL, &error);
	if (command->json)
		json_line(json_must(json_pack("{s:I}", "revoked", (json_int_t)count)));
	else if (!command->quiet)
		(void)printf(P_("%" PRIu32 " token successfully revoked\n",
				     "%" PRIu32 " tokens successfully revoked\n", count),
			count);
	return OUTCOME_DONE;
}

enum outcome revoke_run(const struct command *command)
{
	struct client_revocation how = { 0 };
	const struct change revoke = {
		.result = "revoked",
		.done = done,
		.make = make,
		.how = &how,
		.tell = command->period ? tell : NULL,
	};

	if (!check(command, &how))
		return OUTCOME_USAGE;
	return command->all ? revoke_all(command, &how) : change_run(command, &revoke);
}
