#include "patctl/client.h"

#include <stdlib.h>

#include "patctl/agent.h"
#include "patctl/client_call.h"
#include "patctl/text.h"

struct client *client_new(bool may_ask, DBusError *error)
{
	DBusConnection *bus = dbus_bus_get_private(DBUS_BUS_SYSTEM, error);
	struct client *client;

	if (!bus)
		return NULL;
	dbus_connection_set_exit_on_disconnect(bus, FALSE);
	client = text_must(calloc(1, sizeof(*client)));
	client->bus = bus;
	client->may_ask = may_ask;
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
	free(*client);
	*client = NULL;
}
