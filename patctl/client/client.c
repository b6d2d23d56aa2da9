/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The connection to patd: root.sock, or a system bus here or on another machine. */
#include "patctl/client/client_call.h"

#include <stdlib.h>
#include <unistd.h>

#include "patctl/base/text.h"
#include "patctl/client/agent.h"
#include "patctl/client/root.h"

#define ANSWER_LIMIT 25000 /* milliseconds, as libdbus has it */

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

static struct client *new_client(const char *host)
{
	struct client *client = must_alloc(calloc(1, sizeof(*client)));

	client->host = host;
	client->self = host ? text_format("patctl --host=%s", host) : text_format("patctl");
	client->limit = ANSWER_LIMIT;
	return client;
}

/* bus: the client's from now on; NULL: *error is set. */
static struct client *new_bus_client(const char *host, DBusConnection *bus, DBusError *error)
{
	struct client *client;

	if (!bus)
		return NULL;
	dbus_connection_set_exit_on_disconnect(bus, FALSE);
	client = new_client(host);
	client->bus = bus;
	if (!find_uid(client, error))
		client_free(&client);
	return client;
}

struct client *client_new(const char *host, bool may_ask, DBusError *error)
{
	struct client *client;

	if (!host && geteuid() == 0) {
		client = new_client(NULL);
		client->root = root_new();
		return client;
	}
	client = new_bus_client(
		host, host ? host_connect(host, error) : bus_connect(ANSWER_LIMIT, error), error);
	if (client)
		client->may_ask = may_ask && !host;
	return client;
}

struct client *client_new_bus(int limit, DBusError *error)
{
	struct client *client = new_bus_client(NULL, bus_connect(limit, error), error);

	if (client)
		client->limit = limit;
	return client;
}

void client_free(struct client **client)
{
	if (!*client)
		return;
	agent_end(&(*client)->agent);
	root_free(&(*client)->root);
	if ((*client)->bus)
		bus_close((*client)->bus);
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
