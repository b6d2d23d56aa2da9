/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Disables or enables all tokens of users, or of everybody. */
#include "patctl/verbs/disable_enable.h"

#include <errno.h>
#include <pwd.h>
#include <stdio.h>
#include <string.h>

#include "common/error.h"
#include "common/l10n.h"
#include "common/name.h"
#include "patctl/base/text.h"
#include "patctl/client/client.h"
#include "patctl/print/json.h"
#include "patctl/verbs/select.h"

/* *ret: whether there is a token of that user. */
static bool look_for_token(struct client *client, const char *user, bool *ret, DBusError *error)
{
	const struct client_filter filter = { .user = user };
	cleanup_text char *cursor = NULL;
	cleanup_tokens struct tokens tokens = { 0 };

	do {
		if (!client_list(client, &filter, &cursor, &tokens, error))
			return false;
	} while (cursor && tokens.n == 0);
	*ret = tokens.n > 0;
	return true;
}

static bool look_for_disabled(struct client *client, const char *user, bool *ret, DBusError *error)
{
	cleanup_records struct records records = { 0 };
	const struct disabled *all;

	if (!client_disabled(client, &records, error))
		return false;
	*ret = false;
	all = records.items;
	for (size_t i = 0; i < records.n; i++)
		if (strcmp(all[i].user, user) == 0)
			*ret = true;
	return true;
}

/* How to do the like to a token of that name; NULL if the name would have to be quoted. */
static char *token_hint(struct client *client, const char *user, const char *token_verb)
{
	const char *self = client_self(client);

	if (!text_is_word(user))
		return NULL;
	return strcmp(token_verb, "revoke") == 0
		       ? text_format(_("to revoke a token: %s revoke %s"), self, user)
		       : text_format(_("to restore a token: %s restore %s"), self, user);
}

static void set_unknown(
	struct client *client, const char *user, const char *token_verb, DBusError *error)
{
	cleanup_text char *safe = text_safe(user), *hint = token_hint(client, user, token_verb),
			  *message = NULL;

	if (client_host(client))
		message = text_format(
			_("only on the machine itself it is known whether there is a user \"%s\""),
			safe);
	else
		message = text_format(_("there is no user \"%s\""), safe);
	dbus_set_error(error, pat_error_name(PAT_ERR_UNKNOWN_USER), "%s%s%s", message,
		hint ? "; " : "", hint ? hint : "");
}

/* Whether the system knows a user of that name; true if it cannot tell. */
static bool user_exists(const char *name)
{
	errno = 0;
	/* The values that getpwnam(3) lists for an unknown user. */
	return getpwnam(name) || (errno != 0 && errno != ENOENT && errno != ESRCH &&
					 errno != EBADF && errno != EPERM);
}

/*
 * Whether there is such a user: the system knows it, it has a token, or it is disabled, as a user
 * may be whose account is gone.  The users of another machine are not known here.  False with
 * *error set if there is none, or if patd fails.
 */
static bool check_user(
	struct client *client, const char *user, const char *token_verb, DBusError *error)
{
	const bool possible = *user != '\0' && !pat_name_problem(user);
	bool found = false;

	if (possible && !client_host(client) && user_exists(user))
		return true;
	if (possible && (!look_for_token(client, user, &found, error) ||
				(!found && !look_for_disabled(client, user, &found, error))))
		return false;
	if (!found)
		set_unknown(client, user, token_verb, error);
	return found;
}

static void print_json(
	struct json_list *list, const char *user, const char *result, const DBusError *error)
{
	const bool failed = dbus_error_is_set(error);
	cleanup_text char *safe = text_safe(user);
	json_t *object = json_must(json_object());

	json_add(object, "user", json_of_text(safe));
	json_add(object, "result", json_of_text(failed ? "failed" : result));
	json_add(object, "error", json_of_text(failed ? outcome_of(error)->word : NULL));
	json_add(object, "message", json_of_text(failed ? error->message : NULL));
	json_list_add(list, object);
}

/* user "": everybody. */
static enum outcome change_one(struct client *client, const struct command *command,
	const struct disable_enable *change, const char *user, struct json_list *list)
{
	cleanup_text char *safe = text_safe(*user ? user : _("everybody"));
	DBusError error = DBUS_ERROR_INIT;
	const bool known = command_given(command, &option_all) ||
			   check_user(client, user, change->token_verb, &error);
	enum outcome outcome = OUTCOME_DONE;

	if (known)
		(void)change->make(client, user, command_value(command, &option_reason), &error);
	if (command_given(command, &option_json))
		print_json(list, user, change->result, &error);
	else if (!dbus_error_is_set(&error) && !command_given(command, &option_quiet))
		(void)printf("%s: %s\n", safe, _(change->done));
	if (dbus_error_is_set(&error))
		outcome = outcome_fail(known ? safe : NULL, &error);
	return outcome;
}

enum outcome disable_enable_run(const struct command *command, const struct disable_enable *change)
{
	DBusError error = DBUS_ERROR_INIT;
	cleanup_client struct client *client = select_machine(command, &error);
	enum outcome outcome = OUTCOME_DONE;
	struct json_list list = { 0 };

	if (!client)
		return outcome_fail(NULL, &error);
	if (command_given(command, &option_all))
		outcome = change_one(client, command, change, "", &list);
	for (unsigned int i = 0; i < command->n_operands; i++) {
		const enum outcome one =
			change_one(client, command, change, command->operands[i], &list);

		outcome = outcome_join(outcome, i, one);
		if (one == OUTCOME_UNREACHABLE)
			break;
	}
	if (command_given(command, &option_json))
		json_list_end(&list);
	return outcome;
}
