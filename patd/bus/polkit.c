/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Questions to polkit, and what becomes of the call when it answers. */
#include "patd/bus/polkit.h"

#include <stdio.h>

#include "common/cleanup.h"
#include "common/l10n.h"
#include "patd/bus/bus_message.h"
#include "patd/bus/interface.h"

#define POLKIT "org.freedesktop.PolicyKit1"
#define POLKIT_PATH "/org/freedesktop/PolicyKit1/Authority"
#define POLKIT_INTERFACE POLKIT ".Authority"
#define ALLOW_USER_INTERACTION 1U /* enum CheckAuthorizationFlags */

/* Rules may run a program; a person may first have to find a password. */
#define TIMEOUT_MS 10000
#define TIMEOUT_INTERACTIVE_MS (5 * 60 * 1000)

/*
 * The text of a dialog about another user's token, in place of the action's own.  It names the
 * token by the id that the caller gave, as the caller may not see its name.
 */
static const char *const messages[OPERATIONS] = {
	[OP_GENERATE] = N_("Authentication is required to generate the token $(token) for user "
			   "$(user)"),
	[OP_REVOKE] = N_("Authentication is required to revoke the token $(token) of another user"),
	[OP_RESTORE] = N_("Authentication is required to restore the token $(token) of another "
			  "user"),
	[OP_ROTATE] = N_("Authentication is required to give the token $(token) of another user a "
			 "new secret"),
	[OP_RENAME] = N_("Authentication is required to rename the token $(token) of another "
			 "user"),
	[OP_DISABLE] = N_("Authentication is required to disable or enable the tokens of user "
			  "$(user)"),
	[OP_AUDIT] = N_("Authentication is required to see what happened to the tokens of all "
			"users"),
	[OP_DELETE] = N_("Authentication is required to delete the token $(token) of another "
			 "user"),
};

struct detail {
	const char *key, *value;
};

static bool append_details(DBusMessageIter *to, const struct detail *details)
{
	DBusMessageIter dict, entry;

	if (!dbus_message_iter_open_container(to, DBUS_TYPE_ARRAY, "{ss}", &dict))
		return false;
	for (; details->key; details++)
		if (details->value && (!dbus_message_iter_open_container(
					       &dict, DBUS_TYPE_DICT_ENTRY, NULL, &entry) ||
					      !dbus_message_iter_append_basic(
						      &entry, DBUS_TYPE_STRING, &details->key) ||
					      !dbus_message_iter_append_basic(
						      &entry, DBUS_TYPE_STRING, &details->value) ||
					      !dbus_message_iter_close_container(&dict, &entry)))
			return false;
	return dbus_message_iter_close_container(to, &dict);
}

/* (sa{sv}): the client that has that name on the bus. */
static bool append_subject(DBusMessageIter *to, const char *name)
{
	const char *kind = "system-bus-name", *key = "name";
	DBusMessageIter subject, dict, entry, variant;

	return dbus_message_iter_open_container(to, DBUS_TYPE_STRUCT, NULL, &subject) &&
	       dbus_message_iter_append_basic(&subject, DBUS_TYPE_STRING, &kind) &&
	       dbus_message_iter_open_container(&subject, DBUS_TYPE_ARRAY, "{sv}", &dict) &&
	       dbus_message_iter_open_container(&dict, DBUS_TYPE_DICT_ENTRY, NULL, &entry) &&
	       dbus_message_iter_append_basic(&entry, DBUS_TYPE_STRING, &key) &&
	       dbus_message_iter_open_container(&entry, DBUS_TYPE_VARIANT, "s", &variant) &&
	       dbus_message_iter_append_basic(&variant, DBUS_TYPE_STRING, &name) &&
	       dbus_message_iter_close_container(&entry, &variant) &&
	       dbus_message_iter_close_container(&dict, &entry) &&
	       dbus_message_iter_close_container(&subject, &dict) &&
	       dbus_message_iter_close_container(to, &subject);
}

#define CANCELLATION_SIZE sizeof("patd-18446744073709551615")

static void format_cancellation(const struct call *call, char ret_text[static CANCELLATION_SIZE])
{
	(void)snprintf(ret_text, CANCELLATION_SIZE, "patd-%llu", (unsigned long long)call->serial);
}

static DBusMessage *new_question(
	const struct call *call, const char *token, const char *user, bool interactive)
{
	const struct refusal *refusal = &call->refusal;
	const struct detail details[] = {
		{ "token", token },
		{ "user", user },
		{ "polkit.message", refusal->lacks == ACTION_MANAGE_OTHERS
					    ? messages[refusal->operation]
					    : NULL },
		{ "polkit.gettext_domain", "patd" },
		{ 0 },
	};
	const char *action = authority_action_text(refusal->lacks);
	dbus_uint32_t flags = interactive ? ALLOW_USER_INTERACTION : 0;
	char cancellation[CANCELLATION_SIZE];
	const char *cancellation_text = cancellation;
	cleanup_message DBusMessage *message = dbus_message_new_method_call(
		POLKIT, POLKIT_PATH, POLKIT_INTERFACE, "CheckAuthorization");
	DBusMessageIter to;

	if (!message)
		return NULL;
	format_cancellation(call, cancellation);
	dbus_message_iter_init_append(message, &to);
	if (append_subject(&to, dbus_message_get_sender(call->message)) &&
		dbus_message_iter_append_basic(&to, DBUS_TYPE_STRING, &action) &&
		append_details(&to, details) &&
		dbus_message_iter_append_basic(&to, DBUS_TYPE_UINT32, &flags) &&
		dbus_message_iter_append_basic(&to, DBUS_TYPE_STRING, &cancellation_text))
		return TAKE(message);
	return NULL;
}

enum answer {
	ANSWER_NO,
	ANSWER_YES,
	ANSWER_CHALLENGE,
	ANSWER_LATE,
	ANSWER_NONE /* it cannot be asked */
};

static const char *const denials[] = {
	[ANSWER_NO] = N_("permission denied"),
	[ANSWER_CHALLENGE] = N_("authentication is required, but no polkit agent is running"),
	[ANSWER_LATE] = N_("authentication timed out"),
	[ANSWER_NONE] = N_("only root may do that, as polkit cannot be asked"),
};

/* (bba{ss}): is_authorized, is_challenge, details. */
static enum answer read_answer(DBusMessage *reply)
{
	DBusMessageIter args, members;
	dbus_bool_t yes = FALSE, challenge = FALSE;

	if (dbus_message_is_error(reply, DBUS_ERROR_NO_REPLY))
		return ANSWER_LATE;
	if (dbus_message_get_type(reply) != DBUS_MESSAGE_TYPE_METHOD_RETURN ||
		!dbus_message_has_signature(reply, "(bba{ss})"))
		return ANSWER_NONE;
	(void)dbus_message_iter_init(reply, &args);
	dbus_message_iter_recurse(&args, &members);
	dbus_message_iter_get_basic(&members, &yes);
	(void)dbus_message_iter_next(&members);
	dbus_message_iter_get_basic(&members, &challenge);
	if (yes)
		return ANSWER_YES;
	return challenge ? ANSWER_CHALLENGE : ANSWER_NO;
}

/* The call ends before polkit has answered: polkit removes its dialog. */
static void cancel(struct call *call)
{
	char text[CANCELLATION_SIZE];
	const char *text_pointer = text;
	cleanup_message DBusMessage *message = dbus_message_new_method_call(
		POLKIT, POLKIT_PATH, POLKIT_INTERFACE, "CancelCheckAuthorization");

	if (!message)
		return;
	format_cancellation(call, text);
	dbus_message_set_no_reply(message, TRUE);
	dbus_message_set_auto_start(message, FALSE);
	if (dbus_message_append_args(message, DBUS_TYPE_STRING, &text_pointer, DBUS_TYPE_INVALID))
		(void)dbus_connection_send(call->connection, message, NULL);
}

/*
 * The reply is polkit's: the bus delivers only replies that were asked for, and lets only polkit
 * have its name.
 */
static void on_answer(DBusPendingCall *pending, void *userdata)
{
	struct call *call = userdata;
	cleanup_message DBusMessage *reply = message_take_answer(&call->pending);
	enum answer answer = read_answer(reply);

	(void)pending;
	if (answer == ANSWER_LATE)
		cancel(call);
	call->abandon = NULL;
	call_unwatch_sender(call);

	if (answer == ANSWER_YES) {
		call->caller.granted |= 1U << call->polkit_action;
		call_yield(call, call->resume ? call->resume : call->method->handle);
	} else if (answer == ANSWER_CHALLENGE &&
		   !dbus_message_get_allow_interactive_authorization(call->message)) {
		call_refuse(
			call, PAT_ERR_INTERACTIVE, N_("interactive authentication is required"));
	} else {
		call_refuse(call, PAT_ERR_DENIED, denials[answer]);
	}
}

static bool ask(struct call *call, const char *token, const char *user)
{
	bool interactive = dbus_message_get_allow_interactive_authorization(call->message);

	call->polkit_action = call->refusal.lacks;
	if (!call_watch_sender(call))
		return false;
	call->abandon = cancel;
	if (message_ask(call->connection, new_question(call, token, user, interactive),
		    interactive ? TIMEOUT_INTERACTIVE_MS : TIMEOUT_MS, on_answer, call,
		    &call->pending))
		return true;
	call->abandon = NULL;
	return false;
}

void polkit_refuse(struct call *call, enum pat_error error, const char *token, const char *user)
{
	struct refusal ignored;
	struct token own;

	/* One question a call: its token may have been deleted since. */
	if (error != PAT_ERR_DENIED || call->refusal.lacks == ACTION_NONE ||
		call->polkit_action != ACTION_NONE) {
		call_refuse(call, error, call->refusal.why);
		return;
	}
	if (call->id &&
		tokens_find(call_tokens(call), &call->caller, call->id, &own, &ignored) == PAT_OK) {
		token = own.name;
		user = own.user;
	} else if (call->id) {
		token = call->id;
	}
	if (!ask(call, token, user))
		call_refuse(call, PAT_ERR_BUSY,
			N_("polkit cannot be asked: too many requests in progress; try again"));
}

void polkit_end(struct call *call, enum pat_error error, const char *user)
{
	if (error == PAT_OK)
		call_reply_args(call, DBUS_TYPE_INVALID);
	else
		polkit_refuse(call, error, "", user);
}
