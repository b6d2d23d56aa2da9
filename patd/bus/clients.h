/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Clients on the bus that patd watches, by unique name: those that have subscribed, and senders of
 * calls that take long.  Each user of a client holds a reference; when the client leaves the bus,
 * gone() is called and the client is forgotten.
 */
#pragma once

#include <dbus/dbus.h>
#include <stdbool.h>
#include <sys/queue.h>

#include "patd/rules/authority.h"

#define CLIENTS_SUBSCRIBED_MAX 32U /* of one uid */
#define CLIENTS_MAX 400U           /* the bus lets a connection have 512 match rules */

struct clients;

struct client {
	LIST_ENTRY(client) entry;
	struct clients *clients;
	DBusPendingCall *pending; /* the question whether it is on the bus at all */
	unsigned int references;
	bool subscribed, to_all; /* to its own tokens, or to everybody's */
	struct caller who;       /* valid if it has subscribed */
	char name[];
};

/* gone() is called once with the name of a client that has left the bus. */
int clients_new(void (*gone)(const char *name, void *userdata), void *userdata,
	struct clients **ret_clients);

/* No reference may be left.  NULL is allowed. */
void clients_free(struct clients *clients);

/* Watches on connection from now on, and forgets all clients; NULL: there is no connection. */
void clients_attach(struct clients *clients, DBusConnection *connection);

/*
 * A reference to the client of that name, which ends with client_unref(), or by itself in
 * gone().  NULL if there are too many, without memory, or without a connection.
 */
struct client *clients_get(struct clients *clients, const char *name);
void client_unref(struct client *client);

/* The bus says that this name has no owner any more. */
void clients_lost(struct clients *clients, const char *name);

/* Subscribes the client, or changes its subscription.  False if its uid has too many. */
bool clients_subscribe(
	struct clients *clients, const char *name, const struct caller *who, bool all);
bool clients_has_subscribed(struct clients *clients, const char *name);
void clients_unsubscribe(struct clients *clients, const char *name);

/* Sends it a signal, which it takes over; NULL: out of memory. */
void client_send(struct client *client, DBusMessage *signal);

/* The first client that has subscribed and may see tokens of that owner, or the next one. */
struct client *clients_subscribed(
	struct clients *clients, const struct client *after, uint32_t uid, const char *user);

/* The first client that has subscribed, or the next one. */
struct client *clients_next_subscriber(struct clients *clients, const struct client *after);
