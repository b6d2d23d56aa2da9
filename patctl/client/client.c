/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The connection to patd: root.sock, or a system bus here or on another machine. */
#include "patctl/client/client_call.h"

#include <stdlib.h>
#include <unistd.h>

#include "patctl/base/outcome.h"
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
			error_make_safe(error);
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
	client->errors.before = -1;
	return client;
}

/* Frees client if there is no connection; *error is set. */
static struct client *connected(struct client *client, DBusError *error)
{
	if (client->bus) {
		dbus_connection_set_exit_on_disconnect(client->bus, FALSE);
		if (find_uid(client, error))
			return client;
	}
	client_free(&client);
	return NULL;
}

struct client *client_new(const char *host, bool may_ask, DBusError *error)
{
	struct client *client = new_client(host);

	if (!host && geteuid() == 0) {
		client->root = root_new();
		return client;
	}
	client->bus = host ? host_connect(host, &client->errors, error)
			   : bus_connect(ANSWER_LIMIT, error);
	client->may_ask = may_ask && !host;
	return connected(client, error);
}

struct client *client_new_bus(int limit, DBusError *error)
{
	struct client *client = new_client(NULL);

	client->bus = bus_connect(limit, error);
	client->limit = limit;
	return connected(client, error);
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

uint32_t client_uid(const struct client *client)
{
	return client->uid;
}

bool client_is_root(const struct client *client)
{
	return client->uid == 0;
}

const char *client_self(const struct client *client)
{
	return client->self;
}
