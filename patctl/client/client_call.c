/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Sending a call, with a password dialog if patd requires it, and checking the answer. */
#include "patctl/client/client_call.h"

#include <string.h>

#include "common/bus.h"
#include "common/error.h"
#include "common/l10n.h"
#include "patctl/base/outcome.h"
#include "patctl/base/text.h"
#include "patctl/client/agent.h"

static bool is_refusal(const DBusError *error, enum pat_error refusal)
{
	return dbus_error_has_name(error, pat_error_name(refusal));
}

/* Dispatches signals meanwhile, which send_with_reply_and_block() does not. */
static DBusMessage *send_and_dispatch(struct client *client, DBusMessage *call, DBusError *error)
{
	DBusPendingCall *pending = NULL;
	DBusMessage *answer = NULL;

	if (!dbus_connection_send_with_reply(client->bus, call, &pending, DBUS_TIMEOUT_INFINITE))
		no_memory();
	if (pending) {
		/* A bus that goes away completes it, with an error. */
		while (!dbus_pending_call_get_completed(pending) &&
			dbus_connection_read_write_dispatch(client->bus, -1))
			;
		if (dbus_pending_call_get_completed(pending))
			answer = dbus_pending_call_steal_reply(pending);
		dbus_pending_call_unref(pending);
	}
	if (!answer)
		dbus_set_error(
			error, DBUS_ERROR_DISCONNECTED, _("the connection to the bus was lost"));
	else if (dbus_set_error_from_message(error, answer))
		message_free(&answer);
	return answer;
}

static DBusMessage *send_and_wait(
	struct client *client, DBusMessage *call, int timeout_ms, DBusError *error)
{
	return client->waits ? send_and_dispatch(client, call, error)
			     : dbus_connection_send_with_reply_and_block(
				       client->bus, call, timeout_ms, error);
}

/* Repeats the call, with a dialog allowed. */
static DBusMessage *ask_person(struct client *client, DBusMessage *call, DBusError *error)
{
	cleanup_message DBusMessage *again = must_alloc(dbus_message_copy(call));
	const bool terminal = agent_start(&client->agent);
	DBusMessage *answer;

	dbus_error_free(error);
	dbus_message_set_allow_interactive_authorization(again, TRUE);
	answer = send_and_wait(client, again, DBUS_TIMEOUT_INFINITE, error);
	if (!answer && !terminal && is_refusal(error, PAT_ERR_DENIED))
		error_replace(error, OUTCOME_ERROR_NO_TERMINAL, "%s", error->message);
	return answer;
}

DBusMessage *call_ask(
	struct client *client, DBusMessage *call, const char *signature, DBusError *error)
{
	/* The agent is started only when patd requires a dialog. */
	DBusMessage *answer = send_and_wait(client, call, DBUS_TIMEOUT_USE_DEFAULT, error);

	if (!answer && client->may_ask && is_refusal(error, PAT_ERR_INTERACTIVE))
		answer = ask_person(client, call, error);
	if (!answer) {
		/* It comes from another process and goes to a terminal. */
		cleanup_text char *safe = text_safe(error->message);

		error_replace(error, error->name, "%s", safe);
		client_explain(client, error);
	} else if (!dbus_message_has_signature(answer, signature)) {
		answer_malformed(dbus_message_get_member(call), error);
		message_free(&answer);
	}
	return answer;
}

bool call_done(struct client *client, DBusMessage *call, DBusError *error)
{
	cleanup_message DBusMessage *answer = call_ask(client, call, "", error);

	return answer != NULL;
}

bool call_records(struct client *client, DBusMessage *call, const struct record_type *type,
	struct records *ret, DBusError *error)
{
	cleanup_message DBusMessage *answer = call_ask(client, call, "aa{sv}", error);
	struct records records = { .type = type };
	DBusMessageIter iter;

	if (!answer)
		return false;
	dbus_message_iter_init(answer, &iter);
	if (!records_read(&iter, &records)) {
		records_clear(&records);
		return answer_malformed(dbus_message_get_member(call), error);
	}
	*ret = records;
	return true;
}

bool answer_malformed(const char *method, DBusError *error)
{
	dbus_set_error(
		error, OUTCOME_ERROR_MALFORMED, _("patd's reply to %s is malformed"), method);
	return false;
}

bool answer_cursor(const char *method, DBusMessageIter *iter, char **cursor, DBusError *error)
{
	const char *next;

	dbus_message_iter_next(iter);
	dbus_message_iter_get_basic(iter, &next);
	/* A cursor that does not move would make the loop endless. */
	if (*next != '\0' && strcmp(next, *cursor ? *cursor : "") == 0)
		return answer_malformed(method, error);
	text_free(cursor);
	*cursor = *next == '\0' ? NULL : text_format("%s", next);
	return true;
}

bool answer_id(const char *path, struct pat_id *ret)
{
	static const char folder[] = PAT_BUS_TOKEN_PATH "/";
	const char *id = path + sizeof(folder) - 1;

	if (strncmp(path, folder, sizeof(folder) - 1) != 0 || !pat_id_valid(id))
		return false;
	memcpy(ret->text, id, sizeof(ret->text));
	return true;
}
