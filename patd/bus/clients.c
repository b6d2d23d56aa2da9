/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Clients of patd: watched by a match rule each, counted by references. */
#include "patd/bus/clients.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/cleanup.h"
#include "patd/bus/bus_message.h"
#include "patd/util/log.h"

struct clients {
	LIST_HEAD(client_list, client) all;
	unsigned int count;
	DBusConnection *connection;
	void (*gone)(const char *name, void *userdata);
	void *userdata;
};

int clients_new(void (*gone)(const char *name, void *userdata), void *userdata,
	struct clients **ret_clients)
{
	struct clients *clients = calloc(1, sizeof(*clients));

	if (!clients)
		return -ENOMEM;
	clients->gone = gone;
	clients->userdata = userdata;
	*ret_clients = clients;
	return 0;
}

void clients_free(struct clients *clients)
{
	free(clients);
}

/* One rule a client: with one for all, everybody who leaves the bus would wake patd. */
static bool change_match(const struct client *client, const char *method)
{
	char rule[512];
	cleanup_message DBusMessage *message = NULL;

	(void)snprintf(rule, sizeof(rule),
		"type='signal',sender='%s',interface='%s',member='NameOwnerChanged',arg0='%s'",
		DBUS_SERVICE_DBUS, DBUS_INTERFACE_DBUS, client->name);
	message = message_bus_call(method, rule);
	if (!message)
		return false;
	dbus_message_set_no_reply(message, TRUE);
	return dbus_connection_send(client->clients->connection, message, NULL);
}

static void client_free(struct client *client)
{
	LIST_REMOVE(client, entry);
	client->clients->count--;
	message_end_question(&client->pending);
	free(client);
}

void clients_attach(struct clients *clients, DBusConnection *connection)
{
	struct client *next;

	for (struct client *client = LIST_FIRST(&clients->all); client; client = next) {
		next = LIST_NEXT(client, entry);
		client_free(client);
	}
	clients->connection = connection;
}

static struct client *find(struct clients *clients, const char *name)
{
	struct client *client;

	LIST_FOREACH(client, &clients->all, entry)
		if (strcmp(client->name, name) == 0)
			return client;
	return NULL;
}

void clients_lost(struct clients *clients, const char *name)
{
	struct client *client = find(clients, name);

	if (!client)
		return;
	(void)change_match(client, "RemoveMatch");
	client->references++; /* ours: gone() ends all others */
	clients->gone(client->name, clients->userdata);
	client_free(client);
}

static void on_owner(DBusPendingCall *pending, void *userdata)
{
	struct client *client = userdata;
	cleanup_message DBusMessage *reply = message_take_answer(&client->pending);

	(void)pending;
	if (dbus_message_is_error(reply, DBUS_ERROR_NAME_HAS_NO_OWNER) &&
		dbus_message_has_sender(reply, DBUS_SERVICE_DBUS))
		clients_lost(client->clients, client->name);
}

struct client *clients_get(struct clients *clients, const char *name)
{
	struct client *client = find(clients, name);
	size_t size = strlen(name) + 1;

	if (client) {
		client->references++;
		return client;
	}
	if (!clients->connection || clients->count >= CLIENTS_MAX)
		return NULL;
	client = calloc(1, sizeof(*client) + size);
	if (!client)
		return NULL;
	memcpy(client->name, name, size);
	client->clients = clients;
	client->references = 1;
	LIST_INSERT_HEAD(&clients->all, client, entry);
	clients->count++;
	/* It may have left before the bus knew that we watch. */
	if (!change_match(client, "AddMatch") ||
		!message_ask(clients->connection, message_bus_call("GetNameOwner", name),
			DBUS_TIMEOUT_USE_DEFAULT, on_owner, client, &client->pending)) {
		client_free(client);
		return NULL;
	}
	return client;
}

void client_unref(struct client *client)
{
	if (--client->references > 0)
		return;
	(void)change_match(client, "RemoveMatch");
	client_free(client);
}

static unsigned int count_subscribed(struct clients *clients, uint32_t uid)
{
	struct client *client;
	unsigned int n = 0;

	LIST_FOREACH(client, &clients->all, entry)
		if (client->subscribed && client->who.uid == uid)
			n++;
	return n;
}

bool clients_subscribe(
	struct clients *clients, const char *name, const struct caller *who, bool all)
{
	struct client *client = find(clients, name);

	if (!client || !client->subscribed) {
		if (count_subscribed(clients, who->uid) >= CLIENTS_SUBSCRIBED_MAX)
			return false;
		client = clients_get(clients, name);
	}
	if (!client)
		return false;
	client->subscribed = true;
	client->to_all = all;
	client->who = *who;
	return true;
}

bool clients_has_subscribed(struct clients *clients, const char *name)
{
	const struct client *client = find(clients, name);

	return client && client->subscribed;
}

void clients_unsubscribe(struct clients *clients, const char *name)
{
	struct client *client = find(clients, name);

	if (!client || !client->subscribed)
		return;
	client->subscribed = false;
	client_unref(client);
}

struct client *clients_next_subscriber(struct clients *clients, const struct client *after)
{
	struct client *client = after ? LIST_NEXT(after, entry) : LIST_FIRST(&clients->all);

	while (client && !client->subscribed)
		client = LIST_NEXT(client, entry);
	return client;
}

struct client *clients_subscribed(
	struct clients *clients, const struct client *after, uint32_t uid, const char *user)
{
	struct client *client = clients_next_subscriber(clients, after);

	while (client && !client->to_all && !authority_owns(&client->who, uid, user))
		client = clients_next_subscriber(clients, client);
	return client;
}

void client_send(struct client *client, DBusMessage *signal)
{
	cleanup_message DBusMessage *owned = signal;

	if (!owned || !dbus_message_set_destination(owned, client->name) ||
		!dbus_connection_send(client->clients->connection, owned, NULL))
		log_error("a signal on the bus was lost: out of memory");
}
