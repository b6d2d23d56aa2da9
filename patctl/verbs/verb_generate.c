/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* patctl generate and rotate: they print a new secret, once. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "common/cleanup.h"
#include "common/l10n.h"
#include "patctl/base/new_file.h"
#include "patctl/base/pam_services.h"
#include "patctl/base/secret.h"
#include "patctl/base/text.h"
#include "patctl/base/timestamp.h"
#include "patctl/cli/argument.h"
#include "patctl/print/json_record.h"
#include "patctl/verbs/select.h"

static const struct option_info option_expires = { "expires", "WHEN",
	N_("\"30 days\", 2027-01-31 or never"), 0 };
static const struct option_info option_out = { "out", "FILE",
	N_("write the token into FILE, a new one of mode 0600"), 0 };
static const struct option_info option_grace = { "grace", "PERIOD",
	N_("how long the previous secret works; or none"), 0 };

/* Protects the process, before it asks for a secret. */
static void prepare(void)
{
	secret_protect_process();
	/* If nobody reads the pipe, write(2) fails and patctl reports the lost secret. */
	(void)signal(SIGPIPE, SIG_IGN);
}

/* "2027-01-31 18:00:30 CET (in 29 days)", which the caller owns; NULL: never. */
static char *expiry_text(const struct token_row *token)
{
	cleanup_text char *stamp = timestamp_local(token->expires_at),
			  *age = timestamp_age(token->expires_at, (uint64_t)time(NULL));

	if (!token->expires_at)
		return NULL;
	return text_format("%s (%s)", stamp, age);
}

/* The JSON object of token, up to its secret.  The caller owns it. */
static char *json_before_secret(const struct token_row *token)
{
	char *text = NULL;
	size_t size;
	FILE *file = must_alloc(open_memstream(&text, &size));

	(void)putc('{', file);
	json_token_members(file, token);
	(void)fputs(", \"token\": \"", file);
	if (fclose(file) == EOF)
		no_memory();
	return text;
}

/* Prints the secret alone, or in the JSON object of its token.  stdio never has a copy of it. */
static int print(const struct token_row *token, const char *secret, bool json)
{
	cleanup_text char *before = NULL;

	if (!json)
		return secret_write(STDOUT_FILENO, "", secret, "\n");
	before = json_before_secret(token);
	return secret_write(STDOUT_FILENO, before, secret, "\"}\n");
}

/* Into the file, which then is complete, and the JSON object without it to standard output. */
static int write_out(
	const struct token_row *token, const char *secret, bool json, struct new_file *out)
{
	int r = secret_write(out->fd, "", secret, "\n");

	if (r < 0)
		return r;
	r = new_file_commit(out);
	if (r < 0)
		return r;
	if (json) {
		(void)putchar('{');
		json_token_members(stdout, token);
		(void)fputs("}\n", stdout);
	}
	return 0;
}

static void say_copy(const struct new_file *out)
{
	cleanup_text char *path = out ? text_safe(out->path) : NULL;

	if (path)
		(void)fprintf(stderr,
			_("It is in %s, which only you can read, and will not be "
			  "shown again.\n"),
			path);
	else
		(void)fputs(_("Copy it now: it will not be shown again.\n"
			      "Keep it confidential: store it in a password manager.\n\n"),
			stderr);
}

/*
 * Prints the secret in the memfd fd, as text or JSON, or writes it into out unless that is NULL,
 * and closes fd.  *ret: the token, unless it cannot be read.  describe: says on standard error, to
 * people, which it is.
 */
static enum outcome print_secret(struct client *client, const struct command *command,
	const struct pat_id *id, int fd, struct new_file *out,
	void (*describe)(const struct token_row *token), struct token_row *ret)
{
	const bool json = command_given(command, &option_json),
		   quiet = json || command_given(command, &option_quiet);
	cleanup_close int memfd = fd;
	cleanup_secret char *secret = NULL;
	DBusError error = DBUS_ERROR_INIT;
	const char *problem;
	int r;

	secret = secret_read(memfd, id, &problem);
	if (!secret) {
		complain("%s", _(problem));
		return OUTCOME_FAILED;
	}
	/* Root finds it by its id alone: the user may be spelled otherwise there. */
	if (!select_id(client, client_is_root(client) ? NULL : command_value(command, &option_user),
		    id, ret, &error))
		return outcome_fail(id->text, &error);
	if (!quiet)
		describe(ret);
	if (!quiet && !out)
		say_copy(NULL);
	r = out ? write_out(ret, secret, json, out) : print(ret, secret, json);
	if (r < 0 && out)
		new_file_complain(out->path, r);
	else if (r < 0)
		complain(_("cannot write the token to standard output: %s"), strerror(-r));
	else if (!quiet && out)
		say_copy(out);
	return r < 0 ? OUTCOME_FAILED : OUTCOME_DONE;
}

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

	*ret = (struct client_token_request) {
		.name = command->operands[0],
		.user = command_value(command, &option_user),
	};
	if (!argument_name(ret->name) || !argument_note(command, &option_note, &ret->note) ||
		!argument_expiry(command, &option_expires, now, &ret->expiry))
		return false;
	for (size_t i = 0; i < PAT_RESTRICTIONS; i++)
		if (!read_restriction(command, &restrictions[i], now, &ret->restrictions[i]))
			return false;
	return true;
}

/* Before the token is made: who is asked for a password can still say no. */
static void expect_services(const struct command *command)
{
	const char *services = command_value(command, &restrictions[PAT_SERVICES].option);

	if (services && !command_given(command, &option_host) &&
		!command_given(command, &option_quiet))
		(void)pam_services_expect(services);
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
	(void)fprintf(stderr,
		_("This token is root's, because patctl runs as root.  For a token of %s, use\n"
		  "--user=%s, or run patctl without sudo.\n"),
		safe, safe);
}

static void describe_generated(const struct token_row *token)
{
	cleanup_text char *name = text_safe(token->name), *user = text_safe(token->user),
			  *expiry = expiry_text(token);

	if (expiry)
		(void)fprintf(stderr, _("Token %s (%s) of user %s expires %s.\n"), name,
			token->id.text, user, expiry);
	else
		(void)fprintf(stderr, _("Token %s (%s) of user %s never expires.\n"), name,
			token->id.text, user);
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
	if (outcome != OUTCOME_DONE)
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

	prepare();
	if (!read_request(command, &request))
		return OUTCOME_USAGE;
	expect_services(command);
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
	OPTIONS(&option_user, &option_expires, &option_restrictions, &option_note, &option_out,
		OPTIONS_COMMON),
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
		N_("--from is compared with the address that the service reports to PAM.  \"local\"\n"
		   "is a login for which it reports none: so are those at a network service that\n"
		   "never reports one.  A host name never matches: at services that report names,\n"
		   "see name_services in patd.conf(5), such a token is for local logins only.\n"),
		N_("Asks for your password; with --user, for an administrator's.  Root is not "
		   "asked.\n") },
	"  patctl generate laptop\n"
	"  TOKEN=$(patctl generate ci --expires=7d --max-uses=1)\n"
	"  patctl generate ci --expires=7d --out=/etc/ci/token\n"
	"  patctl generate work --service=sshd,sudo --from=192.0.2.0/24,local\n"
	"  patctl generate office --hours=\"Mon..Fri 08:00-18:00\"\n"
	"  sudo patctl generate \"nightly backup\" --user=backup --expires=never\n",
	.aliases = { "create", "new", "add" } };

static bool read_grace(const struct command *command, uint64_t *ret)
{
	const char *grace = command_value(command, &option_grace);

	*ret = 0;
	return !grace || strcmp(grace, "none") == 0 || strcmp(grace, "0") == 0 ||
	       argument_period(command, &option_grace, ret);
}

static void describe_former(const struct token_row *token)
{
	cleanup_text char *stamp = timestamp_local(token->former_until);

	if (token->former_until)
		(void)fprintf(stderr,
			_("The previous secret works until %s\n"
			  "or until the new one is used.\n"),
			stamp);
	else
		(void)fputs(_("The previous secret no longer works.\n"), stderr);
}

static void describe_rotated(const struct token_row *token)
{
	cleanup_text char *name = text_safe(token->name), *user = text_safe(token->user),
			  *expiry = expiry_text(token);

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

/* before: the token as it was before the rotation. */
static void tell_ended(const struct command *command, const struct token_row *before)
{
	cleanup_text char *stamp = timestamp_local(before->former_until);

	if (before->former_until && !command_given(command, &option_quiet))
		(void)fprintf(stderr,
			_("An earlier secret, which would have worked until %s, no longer works.\n"),
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

static enum outcome run_rotate(const struct command *command)
{
	cleanup_client struct client *client = NULL;
	struct token_row token, now = { .former_until = 0 };
	DBusError error = DBUS_ERROR_INIT;
	enum outcome outcome;
	struct expiry expiry = { .kind = EXPIRY_DEFAULT };
	uint64_t grace;
	int secret;

	prepare();
	if (!read_grace(command, &grace) ||
		!argument_expiry(command, &option_expires, (uint64_t)time(NULL), &expiry))
		return OUTCOME_USAGE;

	client = select_machine(command, &error);
	if (!client || !select_token(command, client, command->operands[0], &token, &error))
		return outcome_fail(NULL, &error);
	if (!client_rotate(client, &token.id, command_given(command, &option_grace) ? &grace : NULL,
		    &expiry, &secret, &error)) {
		cleanup_text char *name = text_safe(token.name),
				  *subject = text_format("%s (%s)", name, token.id.text);
		const bool unanswered = outcome_unanswered(&error);

		outcome = outcome_fail(subject, &error);
		if (unanswered)
			complain(_("check whether the token has a new secret: %s show --id %s"),
				client_self(client), token.id.text);
		return outcome;
	}
	tell_ended(command, &token);
	outcome = print_secret(client, command, &token.id, secret, NULL, describe_rotated, &now);
	if (outcome != OUTCOME_DONE)
		report_lost(client, &token.id, now.former_until);
	return outcome;
}

const struct verb verb_rotate = { "rotate", "TOKEN", run_rotate,
	N_("give a token a new secret and print it once"),
	OPTIONS(&option_user, &option_id, &option_grace, &option_expires, OPTIONS_COMMON),
	{ N_("Gives a token a new secret and prints it as generate does.  Name, id and\n"
	     "restrictions stay the same, and without --expires the expiration.  The previous\n"
	     "secret works until the new one is used, but at most for a day, or for the period\n"
	     "given with --grace, which may be none.\n"),
		select_help, N_("Asks for your password; root is not asked.\n") },
	"  patctl rotate laptop\n"
	"  TOKEN=$(patctl rotate ci --grace=1h --expires=90d)\n",
	.synonyms = { "regenerate", "renew", "roll" },
	.token_states = { "active", "pending", "disabled" } };
