/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Signals of patd on the bus: the progress of a call, and new entries of the history. */
#include "patctl/client/client_call.h"

#include <stdlib.h>
#include <string.h>

#include "common/bus.h"
#include "common/l10n.h"
#include "patctl/base/outcome.h"
#include "patctl/base/text.h"

bool bus_subscribe(struct client *client, bool all, DBusError *error)
{
	static const char rule[] =
		"type='signal',sender='" DBUS_SERVICE_DBUS "',interface='" DBUS_INTERFACE_DBUS
		"',member='NameOwnerChanged',arg0='" PAT_BUS_NAME "'";
	DBusMessageIter args, options;
	cleanup_message DBusMessage *call = call_manager("Subscribe", &args), *answer = NULL;

	/* First, so that no change of the owner is missed. */
	if (!client->patd) {
		dbus_bus_add_match(client->bus, rule, error);
		if (dbus_error_is_set(error)) {
			error_make_safe(error);
			return false;
		}
	}
	options_open(&args, &options);
	option_true(&options, "all", all);
	options_close(&args, &options);
	answer = call_ask(client, call, "", error);
	if (!answer)
		return false;
	free(client->patd);
	client->patd = text_format("%s", dbus_message_get_sender(answer));
	return true;
}

/* Whether patd's name has a new owner. */
static bool is_other_owner(DBusMessage *signal)
{
	const char *name, *before, *now;

	return dbus_message_is_signal(signal, DBUS_INTERFACE_DBUS, "NameOwnerChanged") &&
	       dbus_message_has_sender(signal, DBUS_SERVICE_DBUS) &&
	       dbus_message_get_args(signal, NULL, DBUS_TYPE_STRING, &name, DBUS_TYPE_STRING,
		       &before, DBUS_TYPE_STRING, &now, DBUS_TYPE_INVALID) &&
	       strcmp(name, PAT_BUS_NAME) == 0 && *now != '\0';
}

static bool tells_of_change(DBusMessage *message)
{
	return dbus_message_is_signal(message, PAT_BUS_MANAGER, "HistoryChanged") ||
	       dbus_message_is_signal(message, PAT_BUS_MANAGER, "RequestAdded");
}

bool bus_wait(struct client *client, bool *ret_lost, DBusError *error)
{
	bool changed = false, lost = false, connected = true;

	while (!changed && !lost) {
		DBusMessage *got = dbus_connection_pop_message(client->bus);

		if (!got && !connected) {
			dbus_set_error(error, DBUS_ERROR_DISCONNECTED,
				_("the connection to the bus was lost"));
			client_explain(client, error);
			return false;
		}
		if (!got) {
			connected = dbus_connection_read_write(client->bus, -1);
			continue;
		}
		/* Anybody can send signals. */
		changed = tells_of_change(got) && dbus_message_has_sender(got, client->patd);
		lost = is_other_owner(got);
		dbus_message_unref(got);
	}
	*ret_lost = lost;
	return true;
}

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
		subscribed = bus_subscribe(client, false, &error);
	dbus_error_free(&error);
	if (subscribed && !dbus_connection_add_filter(client->bus, on_message, listener, NULL))
		no_memory();
	return subscribed;
}

DBusMessage *call_with_progress(struct client *client, DBusMessage *call, const char *signature,
	const char *signal, DBusError *error)
{
	struct listener listener = { client, signal, client->progress };
	const bool subscribed = listen_for(client, &listener);
	DBusMessage *answer;

	answer = call_ask(client, call, signature, error);
	if (subscribed)
		dbus_connection_remove_filter(client->bus, on_message, &listener);
	return answer;
}
