/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* patctl set: another expiration, other restrictions or another note for a token. */
#include <string.h>
#include <time.h>

#include "common/l10n.h"
#include "patctl/base/text.h"
#include "patctl/base/timestamp.h"
#include "patctl/cli/argument.h"
#include "patctl/verbs/service_host.h"
#include "patctl/verbs/token_change.h"

/* Reads and checks all options before the first call to patd. */
static bool read_update(const struct command *command, struct client_update *ret)
{
	*ret = (struct client_update) { .expiry = { .kind = EXPIRY_DEFAULT } };
	if (!argument_expiry(command, &option_expires, (uint64_t)time(NULL), &ret->expiry) ||
		!argument_note(command, &option_note, &ret->note))
		return false;
	for (enum pat_restriction r = 0; r < PAT_RESTRICTIONS; r++)
		if (!argument_restriction(command, &restrictions[r], &ret->restrictions[r]))
			return false;
	return true;
}

static bool gives_something(const struct client_update *update)
{
	if (update->expiry.kind != EXPIRY_DEFAULT || update->note)
		return true;
	for (size_t r = 0; r < PAT_RESTRICTIONS; r++)
		if (update->restrictions[r])
			return true;
	return false;
}

/* Which time a period made. */
static char *describe_expiry(const struct token_row *token)
{
	cleanup_text char *stamp = timestamp_local(token->expires_at);

	return token->expires_at
		       ? text_format(_("User token successfully changed, and expires %s"), stamp)
		       : text_format("%s", _("User token successfully changed, and never expires"));
}

static void change(struct tally *tally, const char *item, const struct token_row *token)
{
	const char *services = tally->change->update->restrictions[PAT_SERVICES];

	/* A fleet token may be for services of other machines. */
	if (token->issuer[0] == '\0')
		argument_expect_services(tally->command, services);
	if (change_one(tally, item, token) == OUTCOME_DONE)
		service_host_warn(tally->command, tally->client, services, token);
}

static enum outcome run(const struct command *command)
{
	const char *const item = command->operands[0];
	struct client_update update;
	const struct change how = {
		.update = &update,
		.result = "changed",
		.done = N_("User token successfully changed"),
		.describe = command_given(command, &option_expires) ? describe_expiry : NULL,
	};
	struct tally tally = {
		.command = command,
		.change = &how,
		.user = command_value(command, &option_user),
	};
	cleanup_client struct client *client = NULL;
	DBusError error = DBUS_ERROR_INIT;
	struct token_row token;

	if (!read_update(command, &update))
		return OUTCOME_USAGE;
	if (!gives_something(&update)) {
		complain(_("nothing to change: give --expires, --service, --from, --hours, "
			   "--until, --hosts or --note"));
		return OUTCOME_USAGE;
	}
	client = select_machine(command, &error);
	if (!client)
		return outcome_fail(NULL, &error);
	tally.client = client;
	if (select_token(command, client, item, &token, &error))
		change(&tally, item, &token);
	else
		(void)change_report(&tally, item, NULL, NULL, &error);
	dbus_error_free(&error);
	return change_end(&tally);
}

const struct verb verb_set = { "set", "TOKEN", run,
	N_("change expiration, restrictions or note of a token"),
	OPTIONS(&option_user, &option_id, &option_expires, &restrictions[PAT_SERVICES].option,
		&restrictions[PAT_SOURCES].option, &restrictions[PAT_HOURS].option,
		&restrictions[PAT_UNTIL].option, &restrictions[PAT_HOSTS].option, &option_note,
		OPTIONS_COMMON),
	{ N_("Changes what is given; everything else, also the secret, stays as it is.  Values\n"
	     "are written as for generate.  --expires=never, and any for a restriction, takes\n"
	     "it away; --note= removes the note.\n"),
		N_("On your own token, a change that only narrows what the token is accepted for\n"
		   "takes effect at once; any other asks for your password.  For a token that\n"
		   "somebody else generated for you, or of another user, it asks for an\n"
		   "administrator's.  Root is not asked.\n"),
		N_("A token that has expired or ended, or was revoked as compromised, can get\n"
		   "another note only.\n"),
		select_help },
	"  patctl set ci --expires=7d\n"
	"  patctl set laptop --service=sudo --from=local\n"
	"  patctl set laptop --hours=any --note=\"blue sticker\"\n",
	.synonyms = { "edit", "update", "modify", "extend" }, .takes_any = true };
