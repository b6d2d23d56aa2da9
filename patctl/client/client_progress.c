/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Calls that take long, and the signals that report their progress. */
#include "patctl/client/client_call.h"

#include "common/bus.h"
#include "patctl/base/text.h"

struct listener {
	const struct client *client;
	const char *signal;
	struct progress *progress;
};

static DBusHandlerResult on_message(DBusConnection *bus, DBusMessage *message, void *userdata)
{
	const struct listener *listener = userdata;
	dbus_uint64_t done, total;

	(void)bus;
	/* Anybody can send signals. */
	if (!dbus_message_is_signal(message, PAT_BUS_MANAGER, listener->signal) ||
		!dbus_message_has_sender(message, listener->client->patd) ||
		!dbus_message_get_args(message, NULL, DBUS_TYPE_UINT64, &done, DBUS_TYPE_UINT64,
			&total, DBUS_TYPE_INVALID))
		return DBUS_HANDLER_RESULT_NOT_YET_HANDLED;
	progress_show(listener->progress, done, total);
	return DBUS_HANDLER_RESULT_HANDLED;
}

/* False if no bar is shown or patd sends no signals, which is no failure. */
static bool listen_for(struct client *client, struct listener *listener)
{
	DBusError error = DBUS_ERROR_INIT;
	bool subscribed = false;

	/* The answer has patd's unique name, from which the signals must come. */
	if (listener->progress->shown)
		subscribed = client_subscribe(client, false, &error);
	dbus_error_free(&error);
	if (subscribed && !dbus_connection_add_filter(client->bus, on_message, listener, NULL))
		no_memory();
	return subscribed;
}

static DBusMessage *call_with_progress(struct client *client, DBusMessage *call,
	const char *answer_signature, const char *signal, struct progress *progress,
	DBusError *error)
{
	struct listener listener = { client, signal, progress };
	const bool subscribed = listen_for(client, &listener);
	DBusMessage *answer;

	client->waits = true;
	answer = call_ask(client, call, answer_signature, error);
	client->waits = false;
	if (subscribed)
		dbus_connection_remove_filter(client->bus, on_message, &listener);
	return answer;
}

bool client_backup(struct client *client, int fd, struct progress *progress, DBusError *error)
{
	DBusMessageIter args;
	cleanup_message DBusMessage *call = call_manager("Backup", &args), *answer = NULL;

	call_fd(&args, fd);
	call_no_options(&args);
	answer = call_with_progress(client, call, "", "BackupProgress", progress, error);
	return answer != NULL;
}

bool client_verify(struct client *client, struct progress *progress,
	struct client_verification *ret, DBusError *error)
{
	DBusMessageIter args;
	cleanup_message DBusMessage *call = call_manager("VerifyHistory", &args), *answer = NULL;
	dbus_uint64_t entries, first, bad;
	const char *problem;

	call_no_options(&args);
	answer = call_with_progress(client, call, "ttts", "VerifyProgress", progress, error);
	if (!answer || !dbus_message_get_args(answer, error, DBUS_TYPE_UINT64, &entries,
			       DBUS_TYPE_UINT64, &first, DBUS_TYPE_UINT64, &bad, DBUS_TYPE_STRING,
			       &problem, DBUS_TYPE_INVALID))
		return false;
	*ret = (struct client_verification) {
		.entries = entries,
		.first = first,
		.bad = bad,
		.problem = text_format("%s", problem),
	};
	return true;
}
