/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* patctl disable and enable: whether the tokens of users, or of everybody, work at all. */
#include <stdio.h>
#include <string.h>

#include "common/error.h"
#include "common/l10n.h"
#include "common/name.h"
#include "patctl/base/text.h"
#include "patctl/base/user_lookup.h"
#include "patctl/cli/argument.h"
#include "patctl/print/json.h"
#include "patctl/print/output_context.h"
#include "patctl/print/terminal.h"
#include "patctl/verbs/check_user.h"
#include "patctl/verbs/opened_sessions.h"
#include "patctl/verbs/token_change.h"

/* How to do the like to a token of that name; NULL if the name would have to be quoted. */
static char *token_hint(struct client *client, const char *user, bool disable)
{
	const char *self = client_self(client);

	if (!text_is_word(user))
		return NULL;
	return disable ? text_format(_("to revoke a token: %s revoke %s"), self, user)
		       : text_format(_("to restore a token: %s restore %s"), self, user);
}

static void set_unknown(struct client *client, const char *user, bool disable, DBusError *error)
{
	cleanup_text char *hint = token_hint(client, user, disable);

	user_set_unknown(client, user, hint, error);
}

static void set_too_long(DBusError *error)
{
	dbus_set_error(error, pat_error_name(PAT_ERR_UNKNOWN_USER), "%s",
		_("no such user: the name is too long"));
}

/*
 * The names to change for one that was typed.  A name that patd knows is changed before NSS is
 * asked, which may be slow; NSS may know the user under another spelling, which its tokens have
 * then.
 */
struct names {
	const char *typed;
	bool known; /* to patd */
	bool asked; /* NSS */
	enum user_answer answer;
	struct system_user user;
};

static void ask_system(struct names *names)
{
	if (!names->asked)
		names->answer = user_lookup(names->typed, USER_LOOKUP_LIMIT, &names->user);
	names->asked = true;
}

/*
 * Whether there is such a user: patd knows it, or the system does, or cannot tell.  The users of
 * another machine are not known here.  False with *error set if there is none, or if patd fails.
 */
static bool check_user(struct client *client, struct names *names, bool disable, DBusError *error)
{
	const bool possible = *names->typed != '\0' && !pat_name_problem(names->typed);

	names->known = possible && user_known(client, names->typed, error);
	if (dbus_error_is_set(error))
		return false;
	if (possible && !names->known && !client_host(client))
		ask_system(names);
	if (names->asked && names->answer == USER_NAME_TOO_LONG) {
		set_too_long(error);
		return false;
	}
	if (names->known || (names->asked && names->answer != USER_UNKNOWN))
		return true;
	set_unknown(client, names->typed, disable, error);
	return false;
}

static void print_json(
	struct json_list *list, const char *user, const char *result, const DBusError *error)
{
	const bool failed = dbus_error_is_set(error);
	cleanup_text char *safe = user ? text_safe(user) : NULL;
	json_t *object = json_must(json_object());

	json_add(object, "user", json_of_text(safe));
	json_add(object, "result", json_of_text(failed ? "failed" : result));
	json_add_error(object, error);
	json_list_add(list, object);
}

/* A change of users, and what of it is to be told. */
struct users_change {
	const struct command *command;
	struct client *client;
	bool disable; /* else it enables */
	struct json_list json;
	struct opened_sessions opened;
};

/* What was done, for people. */
static const char *done_to(const struct users_change *change)
{
	if (command_given(change->command, &option_dry_run))
		return _("nothing was changed (dry run)");
	return change->disable ? _("tokens successfully disabled")
			       : _("tokens successfully enabled");
}

static void make(struct users_change *change, const char *user, DBusError *error)
{
	const struct command *command = change->command;
	const char *whose = user ? user : "";
	size_t before;

	if (!change->disable) {
		(void)client_enable(change->client, user, error);
		return;
	}
	before = opened_sessions_count(&change->opened, whose);
	if (client_disable(change->client, user, command_value(command, &option_reason),
		    command_given(command, &option_end_sessions), error))
		opened_sessions_add_user(&change->opened, whose, before);
}

/* user NULL: everybody.  valid: whether to change it; else *error is set, and is reported. */
static enum outcome change_name(
	struct users_change *change, const char *user, bool valid, DBusError *error)
{
	const struct command *command = change->command;
	cleanup_text char *safe = text_safe(user ? user : _("everybody"));
	const bool dry = command_given(command, &option_dry_run);

	if (valid && !dry)
		make(change, user, error);
	if (command_given(command, &option_json))
		print_json(&change->json, user,
			dry               ? "dry-run"
			: change->disable ? "disabled"
					  : "enabled",
			error);
	if (dbus_error_is_set(error))
		return outcome_fail(valid ? safe : NULL, error);
	if (!command_given(command, &option_json) && !command_given(command, &option_quiet))
		(void)printf("%s: %s\n", safe, done_to(change));
	return OUTCOME_DONE;
}

/* What was typed is changed, and it is not the name that the system has for that user. */
static enum outcome refuse_too_long(struct users_change *change, const char *user)
{
	cleanup_text char *safe = text_safe(user);
	DBusError error = DBUS_ERROR_INIT;

	set_too_long(&error);
	if (command_given(change->command, &option_json))
		print_json(&change->json, user, NULL, &error);
	return outcome_fail(safe, &error);
}

/* The user under both spellings, if root asks here: over the bus the other end looks it up. */
static enum outcome change_user(struct users_change *change, const char *user)
{
	struct client *client = change->client;
	struct names names = { .typed = user };
	DBusError error = DBUS_ERROR_INIT;
	const bool valid = check_user(client, &names, change->disable, &error);
	enum outcome outcome = change_name(change, user, valid, &error);

	if (outcome != OUTCOME_DONE || client_host(client) || !client_is_root(client))
		return outcome;
	/* What is done is seen before NSS is waited for. */
	(void)fflush(stdout);
	ask_system(&names);
	if (names.answer == USER_FOUND && strcmp(names.user.name, user) != 0)
		outcome = change_name(change, names.user.name, true, &error);
	else if (names.answer == USER_NAME_TOO_LONG)
		outcome = refuse_too_long(change, user);
	else if (names.answer == USER_UNANSWERED && !names.known)
		complain(_("%s: the user could not be looked up; the name is used as typed"), user);
	return outcome;
}

struct everybody {
	char user[TOKEN_USER_BYTES_MAX + 1]; /* of the latest token */
	size_t users, tokens;
};

/* patd lists them in the order of their users. */
static bool count_all(struct client *client, struct everybody *ret, DBusError *error)
{
	const struct client_filter filter = { .all = true };
	cleanup_records struct records page = { 0 };
	cleanup_text char *cursor = NULL;

	do {
		if (!client_list(client, &filter, &cursor, &page, error))
			return false;
		for (size_t i = 0; i < page.n; i++) {
			const struct token_row *token = (const struct token_row *)page.items + i;

			ret->users += strcmp(ret->user, token->user) != 0;
			memcpy(ret->user, token->user, sizeof(ret->user));
		}
		ret->tokens += page.n;
		page.n = 0;
	} while (cursor);
	return true;
}

/* A person on a terminal is asked whether it shall be done to the tokens of everybody. */
static bool wants_all(const struct users_change *change, DBusError *error)
{
	const struct command *command = change->command;
	struct everybody all = { 0 };
	cleanup_text char *question = NULL;

	if (command_given(command, &option_yes) || command_given(command, &option_dry_run) ||
		!terminal_can_ask())
		return true;
	if (!count_all(change->client, &all, error))
		return false;
	question = text_format(change->disable
				       ? _("This disables the tokens of all users (tokens: %zu, "
					   "users who have any: %zu).\nContinue?")
				       : _("This enables the tokens of all users (tokens: %zu, "
					   "users who have any: %zu).\nContinue?"),
		all.tokens, all.users);
	return terminal_confirm(question);
}

static enum outcome change_all(struct users_change *change)
{
	DBusError error = DBUS_ERROR_INIT;

	if (wants_all(change, &error))
		return change_name(change, NULL, true, &error);
	if (dbus_error_is_set(&error))
		return outcome_fail(NULL, &error);
	complain("%s", change->disable ? _("nothing was disabled") : _("nothing was enabled"));
	return OUTCOME_DECLINED;
}

/* Changes each user that is an operand, or with --all everybody. */
static enum outcome change_users(const struct command *command, bool disable)
{
	DBusError error = DBUS_ERROR_INIT;
	cleanup_client struct client *client = select_machine(command, &error);
	struct users_change change = { .command = command, .client = client, .disable = disable };
	enum outcome outcome = OUTCOME_DONE;

	if (!client)
		return outcome_fail(NULL, &error);
	change.opened = opened_sessions_of(command, client, true);
	if (command_given(command, &option_all))
		outcome = change_all(&change);
	for (unsigned int i = 0; i < command->n_operands; i++) {
		const enum outcome one = change_user(&change, command->operands[i]);

		outcome = outcome_join(outcome, i, one);
		if (one == OUTCOME_UNREACHABLE)
			break;
	}
	if (command_given(command, &option_json))
		json_list_end(&change.json);
	return opened_sessions_end(&change.opened, outcome);
}

/* "alice: disabled 3 days ago by root: left the company" */
static void print(const struct disabled_row *one, const struct output_context *context)
{
	cleanup_text char *user = text_safe(*one->user ? one->user : _("everybody")),
			  *when = format_time(context, one->at),
			  *by = format_user(context, one->by_uid), *reason = text_safe(one->reason);

	(void)printf(_("%s: disabled %s by %s"), user, when, by);
	(void)printf("%s%s\n", *reason ? ": " : "", reason);
}

static enum outcome list_disabled(const struct command *command)
{
	const struct output_context context =
		output_context_for(command_value(command, &option_host));
	DBusError error = DBUS_ERROR_INIT;
	cleanup_client struct client *client = select_machine(command, &error);
	cleanup_records struct records records = { 0 };
	struct json_list list = { 0 };
	const struct disabled_row *all;

	if (!client || !client_disabled(client, &records, &error))
		return outcome_fail(NULL, &error);
	all = records.items;
	for (size_t i = 0; i < records.n; i++) {
		if (command_given(command, &option_json))
			json_list_record(&list, records.table, &all[i]);
		else
			print(&all[i], &context);
	}
	if (command_given(command, &option_json))
		json_list_end(&list);
	else if (records.n == 0 && context.terminal && !command_given(command, &option_quiet))
		note(_("No users are disabled.\n"));
	return OUTCOME_DONE;
}

static enum outcome run_disable(const struct command *command)
{
	const char *reason = NULL;

	if (!argument_reason(command, &option_reason, &reason))
		return OUTCOME_USAGE;
	if (command->n_operands > 0 || command_given(command, &option_all))
		return change_users(command, true);
	if (reason || command_given(command, &option_end_sessions)) {
		complain("%s", reason ? _("--reason requires a user or --all")
				      : _("--end-sessions requires a user or --all"));
		return OUTCOME_USAGE;
	}
	return list_disabled(command);
}

const struct verb verb_disable = { "disable", "[USER...]", run_disable,
	N_("disable all tokens of users"),
	OPTIONS(&option_all, &option_reason, &option_end_sessions, OPTIONS_BULK, OPTIONS_COMMON),
	{ N_("Disables all tokens of the users, or with --all of all users: patd refuses them\n"
	     "and generates no new ones until an administrator enables them again.  Without a\n"
	     "user or --all, lists the disabled users.  On a terminal, --all asks for\n"
	     "confirmation.  --end-sessions is as for \"patctl revoke\".\n") },
	"  sudo patctl disable alice --reason=\"left the company\"\n"
	"  sudo patctl disable --all\n"
	"  sudo patctl disable\n",
	.synonyms = { "lock" } };

static enum outcome run_enable(const struct command *command)
{
	return change_users(command, false);
}

const struct verb verb_enable = { "enable", "USER...", run_enable,
	N_("enable the tokens of disabled users"),
	OPTIONS(&option_all, OPTIONS_BULK, OPTIONS_COMMON),
	{ N_("Enables the tokens of the users again; with --all, ends \"disable --all\", and\n"
	     "users who were disabled individually stay disabled.  Revoked tokens stay\n"
	     "revoked.  On a terminal, --all asks for confirmation.\n") },
	"  sudo patctl enable alice\n", .synonyms = { "unlock" }, .disabled_users = true };
