/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Questions to polkit, and what becomes of the call when it answers. */
#include "front/bus/polkit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/cleanup.h"
#include "common/l10n.h"
#include "common/pack.h"
#include "front/bus/bus_message.h"
#include "front/bus/call_turns.h"

#define POLKIT "org.freedesktop.PolicyKit1"
#define POLKIT_PATH "/org/freedesktop/PolicyKit1/Authority"
#define POLKIT_INTERFACE POLKIT ".Authority"
#define ALLOW_USER_INTERACTION 1U /* enum CheckAuthorizationFlags */

/* Rules may run a program; a person may first have to find a password. */
#define TIMEOUT_MS 10000
#define TIMEOUT_INTERACTIVE_MS (5 * 60 * 1000)

/*
 * The text of a dialog about another user's token, in place of the action's own.  It names the
 * token by the id that the caller gave, as the caller may not see its name.  For OP_WIDEN, which
 * has no action of its own, that is also the text about one's own token.
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
	[OP_ROTATE_EXPIRY] = N_("Authentication is required to give the token $(token) a new "
				"secret and another expiration"),
	[OP_SET] = N_("Authentication is required to change the token $(token) of another user"),
	[OP_WIDEN] = N_("Authentication is required to extend what the token $(token) is accepted "
			"for"),
	[OP_APPROVE] = N_("Authentication is required to approve the use of a token of user "
			  "$(user) for $(service): $(command)"),
	[OP_DENY] = N_("Authentication is required to deny the use of a token of user $(user) for "
		       "$(service): $(command)"),
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

static DBusMessage *new_question(const struct call *call)
{
	const bool instead = call->polkit_action == ACTION_MANAGE_OTHERS ||
			     call->polkit_action == ACTION_CONFIRM_OTHERS ||
			     call->polkit_operation == OP_WIDEN;
	const struct detail details[] = {
		{ "token", call->about_token },
		{ "user", call->about_user },
		{ "request", call->about_request },
		{ "command", call->about_command ? call->about_command->process.command : NULL },
		{ "service", call->about_command ? call->about_command->service : NULL },
		{ "polkit.message", instead ? messages[call->polkit_operation] : NULL },
		{ "polkit.gettext_domain", "patd" },
		{ 0 },
	};
	const char *action = authority_action_text(call->polkit_action);
	dbus_uint32_t flags = call->interactive ? ALLOW_USER_INTERACTION : 0;
	char cancellation[CANCELLATION_SIZE];
	const char *cancellation_text = cancellation;
	cleanup_message DBusMessage *message = dbus_message_new_method_call(
		POLKIT, POLKIT_PATH, POLKIT_INTERFACE, "CheckAuthorization");
	DBusMessageIter to;

	if (!message)
		return NULL;
	format_cancellation(call, cancellation);
	dbus_message_iter_init_append(message, &to);
	if (append_subject(&to, call->sender) &&
		dbus_message_iter_append_basic(&to, DBUS_TYPE_STRING, &action) &&
		append_details(&to, details) &&
		dbus_message_iter_append_basic(&to, DBUS_TYPE_UINT32, &flags) &&
		dbus_message_iter_append_basic(&to, DBUS_TYPE_STRING, &cancellation_text))
		return TAKE(message);
	return NULL;
}

enum polkit_answer {
	POLKIT_NO,
	POLKIT_YES,
	POLKIT_CHALLENGE,
	POLKIT_LATE,
	POLKIT_NONE /* it cannot be asked */
};

static const char *const denials[] = {
	[POLKIT_NO] = N_("permission denied"),
	[POLKIT_CHALLENGE] = N_("authentication is required, but no polkit agent is running"),
	[POLKIT_LATE] = N_("authentication timed out"),
	[POLKIT_NONE] = N_("only root may do that, as polkit cannot be asked"),
};

/* (bba{ss}): is_authorized, is_challenge, details. */
static enum polkit_answer read_answer(DBusMessage *reply)
{
	DBusMessageIter args, members;
	dbus_bool_t yes = FALSE, challenge = FALSE;

	if (dbus_message_is_error(reply, DBUS_ERROR_NO_REPLY))
		return POLKIT_LATE;
	if (dbus_message_get_type(reply) != DBUS_MESSAGE_TYPE_METHOD_RETURN ||
		!dbus_message_has_signature(reply, "(bba{ss})"))
		return POLKIT_NONE;
	(void)dbus_message_iter_init(reply, &args);
	dbus_message_iter_recurse(&args, &members);
	dbus_message_iter_get_basic(&members, &yes);
	(void)dbus_message_iter_next(&members);
	dbus_message_iter_get_basic(&members, &challenge);
	if (yes)
		return POLKIT_YES;
	return challenge ? POLKIT_CHALLENGE : POLKIT_NO;
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

static void end_question(struct call *call)
{
	call->abandon_question = NULL;
	account_end_question(call->account);
}

static void abandon_question(struct call *call)
{
	cancel(call);
	end_question(call);
}

static void resume(struct call *call)
{
	if (call->resume)
		call->resume(call);
	else
		call_ask(call, call->done);
}

/*
 * The reply is polkit's: the bus delivers only replies that were asked for, and lets only polkit
 * have its name.
 */
static void on_answer(DBusPendingCall *pending, void *userdata)
{
	struct call *call = userdata;
	cleanup_message DBusMessage *reply = message_take_answer(&call->pending);
	enum polkit_answer answer = read_answer(reply);

	(void)pending;
	if (answer == POLKIT_LATE)
		cancel(call);
	end_question(call);

	if (answer == POLKIT_YES) {
		call->caller.granted |= 1U << call->polkit_action;
		resume(call);
	} else if (answer == POLKIT_CHALLENGE && !call->interactive) {
		call_refuse(
			call, PAT_ERR_INTERACTIVE, N_("interactive authentication is required"));
	} else {
		call_refuse(call, PAT_ERR_DENIED, denials[answer]);
	}
}

static void ask_polkit(struct call *call)
{
	call_turns_end(call); /* a person may take long */
	if (!account_take_question(call->account)) {
		call_refuse(call, PAT_ERR_BUSY,
			N_("polkit cannot be asked: too many of your requests are in progress; "
			   "try again"));
		return;
	}
	call->abandon_question = abandon_question;
	if (!message_ask(call->connection, new_question(call),
		    call->interactive ? TIMEOUT_INTERACTIVE_MS : TIMEOUT_MS, on_answer, call,
		    &call->pending)) {
		end_question(call);
		call_refuse(call, PAT_ERR_BUSY, N_("polkit cannot be asked; try again"));
	}
}

static void on_own_token(struct call *call, const struct link_answer *answer)
{
	if (answer->kind != ANSWER_ROWS ||
		row_unpack(token_row_table(), answer->body, answer->len, call->about) == 0)
		return;
	call->about_token = call->about->name;
	call->about_user = call->about->user;
}

/* Goes on with the call as it was before the question beside it. */
static void end_question_beside(struct call *call)
{
	call->part = call->work_part;
	call->done = call->work_done;
}

static void on_own_token_read(struct call *call, struct link_answer *answer)
{
	(void)answer;
	end_question_beside(call);
	ask_polkit(call);
}

static void ask_beside(struct call *call, const struct caller *caller, struct request *request,
	void (*part)(struct call *call, const struct link_answer *answer),
	void (*done)(struct call *call, struct link_answer *answer))
{
	call->work_part = call->part;
	call->work_done = call->done;
	call->part = part;
	call_ask_beside(call, caller, request, done);
}

/* The dialog about a token of one's own has its name, which only patd knows. */
static void name_own_token(struct call *call)
{
	struct request request = { .head.kind = REQUEST_GET };

	call->about = calloc(1, sizeof(*call->about));
	if (!call->about) {
		call_refuse(call, PAT_ERR_NO_MEMORY, N_("out of memory, nothing was changed"));
		return;
	}
	memcpy(request.token.id, call->id, sizeof(call->id));
	ask_beside(call, &call->caller, &request, on_own_token, on_own_token_read);
}

static void on_approval(struct call *call, const struct link_answer *answer)
{
	if (answer->kind != ANSWER_ROWS ||
		row_unpack(&approval_table, answer->body, answer->len, call->about_command) == 0)
		return;
	if (call->polkit_action == ACTION_CONFIRM_OWN)
		call->about_token = call->about_command->name;
	call->about_user = call->about_command->user;
}

/* There is no dialog without a command: if the use has ended, patd says so. */
static void on_approval_read(struct call *call, struct link_answer *answer)
{
	(void)answer;
	end_question_beside(call);
	if (call->about_user[0] != '\0')
		ask_polkit(call);
	else
		resume(call);
}

/*
 * The dialog about a use that waits has the command, so that whoever enters the password sees what
 * it is for.  Of another user's use it has neither the name nor the id of the token: the caller's
 * agent gets the text before the password.  The caller knew the id of the request, which nobody can
 * guess, and a command line is in /proc for everybody.
 */
static void name_approval(struct call *call)
{
	struct request request = { .head.kind = REQUEST_LIST_APPROVALS };
	struct caller caller = call->caller;

	call->about_request = call->request->approval.id;
	call->about_command = calloc(1, sizeof(*call->about_command));
	if (!call->about_command) {
		call_refuse(call, PAT_ERR_NO_MEMORY, N_("out of memory, nothing was changed"));
		return;
	}
	memcpy(request.approvals.id, call->request->approval.id, sizeof(request.approvals.id));
	if (call->polkit_action != ACTION_CONFIRM_OWN) {
		request.approvals.given = GIVEN_ALL;
		/* For this one question, whose answer is read here. */
		caller.granted |= 1U << ACTION_MANAGE_OTHERS;
	}
	ask_beside(call, &caller, &request, on_approval, on_approval_read);
}

static void lacks(struct call *call, enum action action, enum operation operation)
{
	call->polkit_action = action;
	call->polkit_operation = operation;
	if (operation == OP_APPROVE || operation == OP_DENY)
		name_approval(call);
	else if (call->id[0] == '\0' || action == ACTION_MANAGE_OTHERS) {
		/* A token that the caller may not see is named as the caller did. */
		if (call->id[0] != '\0')
			call->about_token = call->id;
		ask_polkit(call);
	} else {
		name_own_token(call);
	}
}

void polkit_refuse(struct call *call, const struct link_answer *answer)
{
	/* One question a call: its token may have been deleted since. */
	if (answer->error == PAT_ERR_DENIED && answer->lacks != ACTION_NONE &&
		call->polkit_action == ACTION_NONE)
		lacks(call, answer->lacks, answer->operation);
	else
		call_refuse(call, answer->error, answer->why);
}

void polkit_require(
	struct call *call, enum operation operation, bool own, void (*then)(struct call *call))
{
	enum action action = authority_lacks(&call->caller, operation, own);

	call->resume = then;
	if (action == ACTION_NONE)
		then(call);
	else if (action == ACTION_ROOT)
		call_refuse(call, PAT_ERR_DENIED, N_("only an administrator may do that"));
	else
		lacks(call, action, operation);
}
