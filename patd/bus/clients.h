/*
 * Clients that patd must know to be there, by unique name: those that follow tokens, and those
 * for whom polkit has a question open.  Each holds a reference; when the client leaves the bus
 * it is forgotten, and whoever asked to be told is.
 */
#ifndef PATD_BUS_CLIENTS_H
#define PATD_BUS_CLIENTS_H

#include <dbus/dbus.h>
#include <stdbool.h>
#include <sys/queue.h>

#include "patd/rules/authority.h"

#define CLIENTS_FOLLOWING_MAX 32U /* of one uid */
#define CLIENTS_MAX 400U          /* the bus lets a connection have 512 match rules */

struct clients;

struct client {
	LIST_ENTRY(client) entry;
	struct clients *clients;
	DBusPendingCall *pending; /* whether it is there at all */
	unsigned int references;
	bool follows, follows_all; /* its own tokens, or everybody's */
	struct caller who;         /* stands if it follows */
	char name[];
};

/* gone() is called with the name of a client that has left, once, and then it is forgotten. */
int clients_new(void (*gone)(const char *name, void *userdata), void *userdata,
	struct clients **ret_clients);

/* No reference may be left.  NULL is allowed. */
void clients_free(struct clients *clients);

/* Watches on connection from now on; NULL: there is none any more, and nobody is known. */
void clients_attach(struct clients *clients, DBusConnection *connection);

/*
 * A reference to the client of that name, which ends with client_unref(), or by itself in
 * gone().  NULL if there are too many, without memory, or without a connection.
 */
struct client *clients_get(struct clients *clients, const char *name);
void client_unref(struct client *client);

/* The bus says that this name has no owner any more. */
void clients_lost(struct clients *clients, const char *name);

/* As of now the client follows.  False if its uid does so with too many. */
bool clients_follow(struct clients *clients, const char *name, const struct caller *who, bool all);
bool clients_follows(struct clients *clients, const char *name);
void clients_unfollow(struct clients *clients, const char *name);

/* Sends it a signal, which it takes over; NULL: out of memory. */
void client_send(struct client *client, DBusMessage *signal);

/* The first client that follows and may see tokens of that owner, or the next after client. */
struct client *clients_following(
	struct clients *clients, const struct client *after, uint32_t uid, const char *user);

/* The first client that follows anything, or the next after client. */
struct client *clients_next_follower(struct clients *clients, const struct client *after);

#endif
