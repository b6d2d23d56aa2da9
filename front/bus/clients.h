/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Clients on the bus, by unique name: everybody who called, from the first message until the client
 * leaves the bus.  The bus is asked once for the uid of each, and then calls are counted for it.
 */
#pragma once

#include <dbus/dbus.h>
#include <stdbool.h>
#include <sys/queue.h>

#include "front/bus/accounts.h"
#include "patd/rules/authority.h"

#define CLIENTS_SUBSCRIBED_MAX 32U /* of one account */

/* Calls of clients whose uid the bus has not told yet. */
#define CLIENTS_UNKNOWN_CALLS_MAX 4U    /* of one client */
#define CLIENTS_UNKNOWN_REFUSALS_MAX 8U /* that such a client is told, while the bus is slow */
#define CLIENTS_UNKNOWN_CALLS_ALL 1024U /* of all; but each client has one */

struct clients;
struct call;

TAILQ_HEAD(client_calls, call);

struct client {
	LIST_ENTRY(client) entry;
	struct clients *clients;
	struct account *account;           /* NULL: the bus has not told its uid yet */
	uint32_t uid;                      /* as the bus told it */
	DBusPendingCall *pending;          /* the question for that */
	struct client_calls unknown;       /* wait for it */
	unsigned int unknown_n, refused_n; /* calls before it, that wait; that were refused */
	struct call *ahead;      /* its latest call that is not passed on to patd: others wait */
	struct call *at_work;    /* its call with a long answer that is under way */
	bool subscribed, to_all; /* to its own tokens, or to everybody's */
	struct caller who;       /* valid if it has subscribed */
	char name[];
};

struct clients_events {
	/* The bus has told the uid of the client, or (account NULL) knows none. */
	void (*known)(struct client *client, void *userdata);
	/* The client has left, and is forgotten after that. */
	void (*gone)(struct client *client, void *userdata);
	void *userdata;
};

int clients_new(const struct clients_events *events, struct accounts *accounts,
	struct clients **ret_clients);

/* All clients must have been forgotten: see clients_attach().  NULL is allowed. */
void clients_free(struct clients *clients);

/* Forgets all clients, and has that connection from now on; NULL: there is none. */
void clients_attach(struct clients *clients, DBusConnection *connection);

/* Has the bus tell of clients that leave: once it has greeted us, before it delivers a call. */
bool clients_watch(struct clients *clients);

/* The client of that name, new if it was not seen before; NULL without memory. */
struct client *clients_get(struct clients *clients, const char *name);
/* NULL: it has left. */
struct client *clients_find(struct clients *clients, const char *name);

/* Whether the client may have one more call that waits for its uid; counts it if so. */
bool client_take_unknown(struct client *client);
void client_end_unknown(struct client *client);

/* The bus says that this name has no owner any more. */
void clients_lost(struct clients *clients, const char *name);

/* Subscribes the client, or changes its subscription.  False if its account has too many. */
bool client_subscribe(struct client *client, const struct caller *who, bool all);
void client_unsubscribe(struct client *client);
void clients_unsubscribe_all(struct clients *clients);

/* Sends it a signal, which it takes over; NULL: out of memory. */
void client_send(struct client *client, DBusMessage *signal);

/* The first client that has subscribed and may see tokens of that owner, or the next one. */
struct client *clients_subscribed(
	struct clients *clients, const struct client *after, uint32_t uid, const char *user);

/* The first client that has subscribed, or the next one. */
struct client *clients_next_subscriber(struct clients *clients, const struct client *after);
