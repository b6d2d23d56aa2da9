/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* patctl generate: it makes a token. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "common/l10n.h"
#include "patctl/base/new_file.h"
#include "patctl/base/text.h"
#include "patctl/cli/argument.h"
#include "patctl/verbs/print_secret.h"
#include "patctl/verbs/select.h"
#include "patctl/verbs/service_host.h"

static const struct option_info option_out = { "out", "FILE",
	N_("write the token into FILE, a new one of mode 0600"), 0 };
static const struct option_info option_fleet = { "fleet", NULL,
	N_("a token that other machines accept, too"), 0 };

static bool read_restriction(const struct command *command, const struct restriction *restriction,
	uint64_t now, struct restriction_value *ret)
{
	switch (restriction->kind) {
	case RESTRICTION_LIST:
	case RESTRICTION_TEXT:
		return argument_restriction(command, restriction, &ret->text);
	case RESTRICTION_TIME:
		return argument_time_ahead(command, &restriction->option, now, &ret->number);
	case RESTRICTION_COUNT:
		return argument_number(command, &restriction->option, 1, &ret->number);
	case RESTRICTION_FLAG:
		ret->number = command_given(command, &restriction->option);
		return true;
	}
	return false;
}

/* Reads and checks all options before the first call to patd. */
static bool read_request(const struct command *command, struct client_token_request *ret)
{
	const uint64_t now = (uint64_t)time(NULL);

	*ret = (struct client_token_request) {
		.name = command->operands[0],
		.user = command_value(command, &option_user),
		.fleet = command_given(command, &option_fleet),
	};
	if (!argument_name(ret->name) || !argument_note(command, &option_note, &ret->note) ||
		!argument_expiry(command, &option_expires, now, &ret->expiry))
		return false;
	for (size_t i = 0; i < PAT_RESTRICTIONS; i++)
		if (!read_restriction(command, &restrictions[i], now, &ret->restrictions[i]))
			return false;
	return true;
}

/* The user whom sudo or doas runs patctl for; NULL: none, or root. */
static const char *invoking_user(void)
{
	const char *user = getenv("SUDO_USER");

	if (!user || *user == '\0')
		user = getenv("DOAS_USER");
	return user && *user != '\0' && strcmp(user, "root") != 0 ? user : NULL;
}

/* Who types sudo to be allowed to generate a token may not expect that it is root's. */
static void tell_owner(const struct command *command)
{
	const char *user = invoking_user();
	cleanup_text char *safe = user ? text_safe(user) : NULL;

	if (!safe || geteuid() != 0 || command_given(command, &option_user) ||
		command_given(command, &option_host) || command_given(command, &option_quiet))
		return;
	note(_("This token is root's, because patctl runs as root.  For a token of %s, use\n"
	       "--user=%s, or run patctl without sudo.\n"),
		safe, safe);
}

static void describe_generated(const struct token_row *token)
{
	cleanup_text char *name = text_safe(token->name), *user = text_safe(token->user),
			  *expiry = print_secret_expiry(token);

	if (expiry)
		note(_("Token %s (%s) of user %s expires %s.\n"), name, token->id.text, user,
			expiry);
	else
		note(_("Token %s (%s) of user %s never expires.\n"), name, token->id.text, user);
}

/* A token that nobody has seen must not stay valid. */
static void undo(struct client *client, const struct pat_id *id)
{
	static const struct client_revocation plainly = { 0 };
	DBusError error = DBUS_ERROR_INIT;

	if (client_revoke(client, id, &plainly, &error) && client_delete(client, id, &error)) {
		complain(_("token %s was not shown, so it was revoked and deleted"), id->text);
		return;
	}
	(void)outcome_fail(id->text, &error);
	complain(_("token %s exists but was not shown; to delete it: %s revoke --id %s && "
		   "%s delete --id %s"),
		id->text, client_self(client), id->text, client_self(client), id->text);
}

/* out: NULL for standard output. */
static enum outcome generate(const struct command *command,
	const struct client_token_request *request, struct new_file *out)
{
	DBusError error = DBUS_ERROR_INIT;
	cleanup_client struct client *client = select_machine(command, &error);
	struct token_row token;
	struct pat_id id;
	enum outcome outcome;
	int secret;

	if (!client || !client_generate(client, request, &id, &secret, &error)) {
		const bool unanswered = outcome_unanswered(&error);

		outcome = outcome_fail(NULL, &error);
		if (client && unanswered)
			complain(_("check whether the token was generated: %s list"),
				client_self(client));
		return outcome;
	}
	tell_owner(command);
	outcome = print_secret(client, command, &id, secret, out, describe_generated, &token);
	/* The token is made all the same: who makes it may set the service up afterwards. */
	if (outcome == OUTCOME_DONE)
		service_host_warn(
			command, client, token_row_restriction(&token, PAT_SERVICES), &token);
	else
		undo(client, &id);
	return outcome;
}

static enum outcome run_generate(const struct command *command)
{
	const char *path = command_value(command, &option_out);
	struct client_token_request request;
	struct new_file out;
	enum outcome outcome;
	int r;

	print_secret_prepare();
	if (!read_request(command, &request))
		return OUTCOME_USAGE;
	/* A fleet token may be for services of other machines. */
	if (!request.fleet)
		argument_expect_services(command, request.restrictions[PAT_SERVICES].text);
	if (!path || strcmp(path, "-") == 0)
		return generate(command, &request, NULL);

	/* First, so that no token is made that has no place. */
	r = new_file_begin(&out, path);
	if (r < 0) {
		new_file_complain(path, r);
		return OUTCOME_FAILED;
	}
	outcome = generate(command, &request, &out);
	new_file_discard(&out);
	return outcome;
}

const struct verb verb_generate = { "generate", "NAME", run_generate,
	N_("generate a token and print it once"),
	OPTIONS(&option_user, &option_expires, &option_restrictions, &option_fleet, &option_note,
		&option_out, OPTIONS_COMMON),
	{ N_("Generates a token and prints it: the token alone on standard output, everything\n"
	     "else on standard error.  The token will not be shown again: store it in a\n"
	     "password manager.  With --out, it is written into FILE instead, which must not\n"
	     "exist yet.\n"),
		N_("WHEN is a period such as \"30 days\", 7d or \"1h 30min\", a local date such as\n"
		   "2027-01-31 or \"2027-01-31 18:00\", a time in UTC such as 2027-01-31T18:00Z, or,\n"
		   "for --expires, never.  m is minutes, M is months.  The default of --expires is\n"
		   "set in patd.conf(5), otherwise 30 days.\n"),
		N_("A token can be restricted: --service to PAM services (shell patterns separated\n"
		   "by commas), --from to sources of logins (networks, addresses and \"local\"),\n"
		   "--hours to hours in the time zone of this machine; also by --not-before and\n"
		   "--max-uses.  A login must meet all restrictions.\n"),
		N_("--max-uses counts each time that a program has the token verified: most do so\n"
		   "once in a login, web servers with each request, OpenVPN also each time that it\n"
		   "renews its keys.  See pat(7), Uses.\n"),
		N_("--until has the token end with what it names: boot, the next one; session, the\n"
		   "login session you are in, or session:ID; unit:NAME, when that unit of systemd\n"
		   "stops, fails or is restarted.  It is refused ever after.\n"),
		N_("--fleet is for a machine that issues tokens for others: see patctl fleet.  Only\n"
		   "such a token can be restricted by --hosts.\n"),
		N_("--from is compared with the address that the service reports to PAM.  \"local\"\n"
		   "is a login for which it reports none, through a service at the console or\n"
		   "within a session: see local_services in patd.conf(5).  Through others its source\n"
		   "is unknown, and never matches.  Neither does a host name: at services that report\n"
		   "names, see name_services there, such a token is for local logins only.\n"),
		N_("Asks for your password; with --user, for an administrator's.  Root is not "
		   "asked.\n") },
	"  patctl generate laptop\n"
	"  TOKEN=$(patctl generate ci --expires=7d --max-uses=1)\n"
	"  patctl generate ci --expires=7d --out=/etc/ci/token\n"
	"  patctl generate work --service=sshd,sudo --from=192.0.2.0/24,local\n"
	"  patctl generate today --until=session\n"
	"  patctl generate office --hours=\"Mon..Fri 08:00-18:00\"\n"
	"  sudo patctl generate \"nightly backup\" --user=backup --expires=never\n",
	.aliases = { "create", "new", "add" } };
