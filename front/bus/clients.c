/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Clients: seen with their first message, watched by one match rule, forgotten when they leave. */
#include "front/bus/clients.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "common/cleanup.h"
#include "front/bus/bus_message.h"
#include "patd/util/log.h"

#define BUCKETS 256U

/* Of unique names that leave: ours alone are looked at. */
#define RULE                                                                                       \
	"type='signal',sender='" DBUS_SERVICE_DBUS "',interface='" DBUS_INTERFACE_DBUS             \
	"',member='NameOwnerChanged',arg2=''"

struct clients {
	struct clients_events events;
	struct accounts *accounts;
	DBusConnection *connection;
	LIST_HEAD(client_list, client) buckets[BUCKETS];
	unsigned int unknown_calls;
};

int clients_new(const struct clients_events *events, struct accounts *accounts,
	struct clients **ret_clients)
{
	struct clients *clients = calloc(1, sizeof(*clients));

	if (!clients)
		return -ENOMEM;
	clients->events = *events;
	clients->accounts = accounts;
	*ret_clients = clients;
	return 0;
}

void clients_free(struct clients *clients)
{
	free(clients);
}

static struct client_list *bucket_of(struct clients *clients, const char *name)
{
	uint32_t hash = 5381;

	for (; *name; name++)
		hash = hash * 33 + (uint8_t)*name;
	return &clients->buckets[hash % BUCKETS];
}

static void forget(struct client *client)
{
	client->clients->events.gone(client, client->clients->events.userdata);
	LIST_REMOVE(client, entry);
	message_end_question(&client->pending);
	account_unref(client->account);
	free(client);
}

bool clients_watch(struct clients *clients)
{
	cleanup_message DBusMessage *message = message_bus_call("AddMatch", RULE);

	if (!message)
		return false;
	dbus_message_set_no_reply(message, TRUE);
	return dbus_connection_send(clients->connection, message, NULL);
}

void clients_attach(struct clients *clients, DBusConnection *connection)
{
	struct client *next;

	for (size_t i = 0; i < BUCKETS; i++)
		for (struct client *client = LIST_FIRST(&clients->buckets[i]); client;
			client = next) {
			next = LIST_NEXT(client, entry);
			forget(client);
		}
	clients->connection = connection;
}

struct client *clients_find(struct clients *clients, const char *name)
{
	struct client *client;

	LIST_FOREACH(client, bucket_of(clients, name), entry)
		if (strcmp(client->name, name) == 0)
			return client;
	return NULL;
}

void clients_lost(struct clients *clients, const char *name)
{
	struct client *client = clients_find(clients, name);

	if (client)
		forget(client);
}

/* Also again: whose sub-uid it is may be known by now. */
static void set_uid(struct client *client, uint32_t uid)
{
	struct account *account = accounts_get(client->clients->accounts, uid);

	if (!account)
		return;
	account_unref(client->account);
	client->account = account;
	client->uid = uid;
}

static void on_uid(DBusPendingCall *pending, void *userdata)
{
	struct client *client = userdata;
	struct clients *clients = client->clients;
	cleanup_message DBusMessage *reply = message_take_answer(&client->pending);
	dbus_uint32_t uid;

	(void)pending;
	/* A reply is matched by its serial, which anybody can guess: it must be the bus's. */
	if (dbus_message_get_type(reply) == DBUS_MESSAGE_TYPE_METHOD_RETURN &&
		dbus_message_has_sender(reply, DBUS_SERVICE_DBUS) &&
		dbus_message_get_args(reply, NULL, DBUS_TYPE_UINT32, &uid, DBUS_TYPE_INVALID))
		set_uid(client, uid);
	clients->events.known(client, clients->events.userdata);
}

/* It authenticated the client when that connected. */
static bool ask_for_uid(struct client *client)
{
	return message_ask(client->clients->connection,
		message_bus_call("GetConnectionUnixUser", client->name), DBUS_TIMEOUT_USE_DEFAULT,
		on_uid, client, &client->pending);
}

struct client *clients_get(struct clients *clients, const char *name)
{
	struct client *client = clients_find(clients, name);
	size_t size = strlen(name) + 1;

	if (!client) {
		client = clients->connection ? calloc(1, sizeof(*client) + size) : NULL;
		if (!client)
			return NULL;
		memcpy(client->name, name, size);
		client->clients = clients;
		TAILQ_INIT(&client->unknown);
		LIST_INSERT_HEAD(bucket_of(clients, name), client, entry);
	}
	if (client->account)
		set_uid(client, client->uid);
	/* Again, where the bus did not say. */
	else if (!client->pending && !ask_for_uid(client))
		return NULL;
	return client;
}

bool client_take_unknown(struct client *client)
{
	if (client->unknown_n > 0 &&
		(client->unknown_n >= CLIENTS_UNKNOWN_CALLS_MAX ||
			client->clients->unknown_calls >= CLIENTS_UNKNOWN_CALLS_ALL))
		return false;
	client->unknown_n++;
	client->clients->unknown_calls++;
	return true;
}

void client_end_unknown(struct client *client)
{
	client->unknown_n--;
	client->clients->unknown_calls--;
}

static struct client *first_from(struct clients *clients, size_t bucket)
{
	for (; bucket < BUCKETS; bucket++)
		if (!LIST_EMPTY(&clients->buckets[bucket]))
			return LIST_FIRST(&clients->buckets[bucket]);
	return NULL;
}

static struct client *next_of(struct clients *clients, const struct client *after)
{
	struct client *next = LIST_NEXT(after, entry);

	if (next)
		return next;
	return first_from(
		clients, (size_t)(bucket_of(clients, after->name) - clients->buckets) + 1);
}

struct client *clients_next_subscriber(struct clients *clients, const struct client *after)
{
	struct client *client = after ? next_of(clients, after) : first_from(clients, 0);

	while (client && !client->subscribed)
		client = next_of(clients, client);
	return client;
}

static unsigned int count_subscribed(struct clients *clients, const struct account *account)
{
	struct client *client = NULL;
	unsigned int n = 0;

	while ((client = clients_next_subscriber(clients, client)))
		n += client->account == account;
	return n;
}

bool client_subscribe(struct client *client, const struct caller *who, bool all)
{
	if (!client->subscribed &&
		count_subscribed(client->clients, client->account) >= CLIENTS_SUBSCRIBED_MAX)
		return false;
	client->subscribed = true;
	client->to_all = all;
	client->who = *who;
	return true;
}

void client_unsubscribe(struct client *client)
{
	client->subscribed = false;
}

void clients_unsubscribe_all(struct clients *clients)
{
	struct client *client = NULL;

	while ((client = clients_next_subscriber(clients, client)))
		client_unsubscribe(client);
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
