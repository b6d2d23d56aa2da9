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

#define ASKING_LIMIT NO_LIMIT /* a person is asked for a password */

static bool is_refusal(const DBusError *error, enum pat_error refusal)
{
	return dbus_error_has_name(error, pat_error_name(refusal));
}

/* A client that follows the history finds its signals in the queue later. */
static DBusMessage *send_and_wait(
	struct client *client, DBusMessage *call, int limit, DBusError *error)
{
	if (client->patd && !client->progress)
		return dbus_connection_send_with_reply_and_block(client->bus, call, limit, error);
	return bus_send(
		client->bus, call, client->progress ? NO_LIMIT : limit, !client->host, error);
}

/* Repeats the call, with a dialog allowed. */
static DBusMessage *ask_person(struct client *client, DBusMessage *call, DBusError *error)
{
	cleanup_message DBusMessage *again = must_alloc(dbus_message_copy(call));
	const bool terminal = agent_start(&client->agent);
	DBusMessage *answer;

	dbus_error_free(error);
	dbus_message_set_allow_interactive_authorization(again, TRUE);
	answer = send_and_wait(client, again, ASKING_LIMIT, error);
	if (!answer && is_refusal(error, PAT_ERR_DENIED))
		error_replace(error,
			terminal ? OUTCOME_ERROR_NOT_AUTHENTICATED : OUTCOME_ERROR_NO_TERMINAL,
			"%s", error->message);
	return answer;
}

DBusMessage *call_ask(
	struct client *client, DBusMessage *call, const char *signature, DBusError *error)
{
	/* The agent is started only when patd requires a dialog. */
	DBusMessage *answer = send_and_wait(client, call, client->limit, error);

	if (!answer && client->may_ask && is_refusal(error, PAT_ERR_INTERACTIVE))
		answer = ask_person(client, call, error);
	if (!answer) {
		error_make_safe(error);
		client_explain(client, error);
	} else if (!dbus_message_has_signature(answer, signature)) {
		answer_malformed(dbus_message_get_member(call), error);
		message_free(&answer);
	}
	return answer;
}

bool answer_malformed(const char *method, DBusError *error)
{
	dbus_set_error(
		error, OUTCOME_ERROR_MALFORMED, _("patd's reply to %s is malformed"), method);
	return false;
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
