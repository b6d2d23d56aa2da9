/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* patctl revoke: ends the access that tokens give. */
#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "common/l10n.h"
#include "patctl/base/text.h"
#include "patctl/base/timestamp.h"
#include "patctl/cli/argument.h"
#include "patctl/client/client.h"
#include "patctl/print/json.h"
#include "patctl/verbs/select.h"
#include "patctl/verbs/token_change.h"

static const struct option_info option_for = { "for", "PERIOD",
	N_("for so long, then it works again"), 0 };

static const char done[] = N_("User token successfully revoked");

static bool make(struct client *client, const struct pat_id *id, const void *how, DBusError *error)
{
	return client_revoke(client, id, how, error);
}

/* The end that patd tells: a token that was revoked for longer before stays so. */
static char *describe(const struct token *token)
{
	cleanup_text char *stamp = timestamp_local(token->revoked_until);

	if (!token->revoked_until)
		return text_format("%s", _(done));
	return text_format(_("User token successfully revoked until %s"), stamp);
}

static bool read_how(const struct command *command, struct client_revocation *ret)
{
	if (!argument_period(command, &option_for, &ret->seconds) ||
		!argument_reason(command, &option_reason, &ret->reason))
		return false;
	if (ret->seconds && ret->reason && strcmp(ret->reason, "compromised") == 0) {
		complain(_("a compromised token never comes back: leave --for out"));
		return false;
	}
	return true;
}

static enum outcome revoke_all(const struct command *command, const struct client_revocation *how)
{
	DBusError error = DBUS_ERROR_INIT;
	cleanup_client struct client *client = select_machine(command, &error);
	uint32_t count;

	if (!client || !client_revoke_all(
			       client, command_value(command, &option_user), how, &count, &error))
		return outcome_fail(NULL, &error);
	if (command_given(command, &option_json))
		json_line(json_must(json_pack("{s:I}", "revoked", (json_int_t)count)));
	else if (!command_given(command, &option_quiet))
		(void)printf(P_("%" PRIu32 " token successfully revoked\n",
				     "%" PRIu32 " tokens successfully revoked\n", count),
			count);
	return OUTCOME_DONE;
}

static enum outcome run(const struct command *command)
{
	struct client_revocation how = { 0 };
	const struct token_change revoke = {
		.result = "revoked",
		.done = done,
		.make = make,
		.how = &how,
		.describe = command_given(command, &option_for) ? describe : NULL,
	};

	if (!read_how(command, &how))
		return OUTCOME_USAGE;
	if (command_given(command, &option_all))
		return revoke_all(command, &how);
	return token_change_run(command, command->n_operands, &revoke);
}

const struct verb verb_revoke = {
	.name = "revoke",
	.operands = "TOKEN...",
	.options = OPTIONS(&option_user, &option_all, &option_for, &option_reason, &option_host,
		&option_json, &option_quiet, &option_no_ask_password),
	.run = run,
	.summary = N_("end the access that tokens give, at once"),
	.help = { N_("Ends the access that tokens give, at once; with --all, of all tokens of yours or\n"
		     "of USER.  It can be undone: patctl restore.  With --for it ends by itself.  A\n"
		     "token that was revoked with --reason=compromised never comes back.\n"),
		N_("What is revoked already stays so for as long as it was, or longer.\n"),
		select_help },
	.examples = "  patctl revoke laptop ci\n"
		    "  patctl revoke laptop --for=2weeks --reason=\"on holiday\"\n"
		    "  sudo patctl revoke --all --user=alice\n",
	.synonyms = { "suspend" },
	.token_states = { "active", "pending", "disabled" },
};
