/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Listing the history, and waiting for its next entries. */
#include "patctl/client/client_call.h"

#include <stdlib.h>
#include <string.h>

#include "common/bus.h"
#include "common/l10n.h"
#include "patctl/base/text.h"

bool client_history(struct client *client, const struct client_history_filter *filter,
	uint32_t limit, char **cursor, struct records *entries, DBusError *error)
{
	static const char method[] = "ListHistory";
	DBusMessageIter args, options, iter;
	cleanup_message DBusMessage *call = call_manager(method, &args), *answer = NULL;

	options_open(&args, &options);
	option_string(&options, "user", filter->user);
	option_true(&options, "all", filter->all);
	option_string(&options, "token", filter->token);
	option_nonzero(&options, "since", filter->since);
	option_nonzero(&options, "until", filter->until);
	option_nonzero(&options, "after", filter->after);
	option_true(&options, "reverse", filter->reverse);
	options_close(&args, &options);
	call_uint32(&args, limit);
	call_string(&args, *cursor ? *cursor : "");

	answer = call_ask(client, call, "aa{sv}s", error);
	if (!answer)
		return false;
	dbus_message_iter_init(answer, &iter);
	if (!records_read(&iter, entries))
		return answer_malformed(method, error);
	return answer_cursor(method, &iter, cursor, error);
}

bool client_subscribe(struct client *client, bool all, DBusError *error)
{
	static const char rule[] =
		"type='signal',sender='" DBUS_SERVICE_DBUS "',interface='" DBUS_INTERFACE_DBUS
		"',member='NameOwnerChanged',arg0='" PAT_BUS_NAME "'";
	DBusMessageIter args, options;
	cleanup_message DBusMessage *call = call_manager("Subscribe", &args), *answer = NULL;

	/* First, so that no change of the owner is missed. */
	if (!client->patd) {
		dbus_bus_add_match(client->bus, rule, error);
		if (dbus_error_is_set(error))
			return false;
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

bool client_wait(struct client *client, bool *ret_lost, DBusError *error)
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
		changed = dbus_message_is_signal(got, PAT_BUS_MANAGER, "HistoryChanged") &&
			  dbus_message_has_sender(got, client->patd);
		lost = is_other_owner(got);
		dbus_message_unref(got);
	}
	*ret_lost = lost;
	return true;
}
