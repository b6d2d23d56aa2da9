/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The connection to a system bus, here or on another machine. */
#include "patctl/client/client_call.h"

#include <stdlib.h>
#include <unistd.h>

#include "patctl/base/text.h"
#include "patctl/client/agent.h"

/* The caller's uid there; here it is known. */
static bool find_uid(struct client *client, DBusError *error)
{
	unsigned long uid = geteuid();

	if (client->host) {
		uid = dbus_bus_get_unix_user(
			client->bus, dbus_bus_get_unique_name(client->bus), error);
		if (dbus_error_is_set(error)) {
			client_explain(client, error);
			return false;
		}
	}
	client->uid = (uint32_t)uid;
	return true;
}

struct client *client_new(const char *host, bool may_ask, DBusError *error)
{
	DBusConnection *bus =
		host ? host_connect(host, error) : dbus_bus_get_private(DBUS_BUS_SYSTEM, error);
	struct client *client;

	if (!bus)
		return NULL;
	dbus_connection_set_exit_on_disconnect(bus, FALSE);
	client = must_alloc(calloc(1, sizeof(*client)));
	client->bus = bus;
	client->host = host;
	client->self = host ? text_format("patctl --host=%s", host) : text_format("patctl");
	client->may_ask = may_ask && !host;
	if (!find_uid(client, error))
		client_free(&client);
	return client;
}

void client_free(struct client **client)
{
	if (!*client)
		return;
	agent_end(&(*client)->agent);
	dbus_connection_close((*client)->bus);
	dbus_connection_unref((*client)->bus);
	free((*client)->patd);
	free((*client)->self);
	free(*client);
	*client = NULL;
}

const char *client_host(const struct client *client)
{
	return client->host;
}

bool client_is_root(const struct client *client)
{
	return client->uid == 0;
}

const char *client_self(const struct client *client)
{
	return client->self;
}
