/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What is to be ended, until its sender is known. */
#include "front/bus/doomed.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>

struct item {
	TAILQ_ENTRY(item) next;
	DBusMessage *message; /* NULL: a descriptor */
	int fd;
	char sender[];
};

struct doomed {
	struct closers *closers;
	struct clients *clients;
	TAILQ_HEAD(items, item) items;
};

int doomed_new(struct closers *closers, struct clients *clients, struct doomed **ret_doomed)
{
	struct doomed *doomed = calloc(1, sizeof(*doomed));

	if (!doomed)
		return -ENOMEM;
	doomed->closers = closers;
	doomed->clients = clients;
	TAILQ_INIT(&doomed->items);
	*ret_doomed = doomed;
	return 0;
}

static void end_message(void *thing)
{
	dbus_message_unref(thing);
}

static void hand_over(struct doomed *doomed, uint32_t uid, DBusMessage *message, int fd)
{
	if (message)
		closers_give(doomed->closers, uid, end_message, message);
	else
		closers_give_fd(doomed->closers, uid, fd);
}

static void add(struct doomed *doomed, const char *sender, DBusMessage *message, int fd)
{
	size_t size = strlen(sender) + 1;
	struct item *item = calloc(1, sizeof(*item) + size);

	if (!item) {
		hand_over(doomed, CLOSERS_ANYBODY, message, fd);
		return;
	}
	item->message = message;
	item->fd = fd;
	memcpy(item->sender, sender, size);
	TAILQ_INSERT_TAIL(&doomed->items, item, next);
}

void doomed_message(struct doomed *doomed, DBusMessage *message)
{
	const char *sender = dbus_message_get_sender(message);

	/* Asks the bus for its uid. */
	if (sender)
		(void)clients_get(doomed->clients, sender);
	add(doomed, sender ? sender : "", dbus_message_ref(message), -1);
}

void doomed_fd(struct doomed *doomed, const char *sender, int fd)
{
	add(doomed, sender, NULL, fd);
}

static void item_end(struct doomed *doomed, struct item *item, uint32_t uid)
{
	TAILQ_REMOVE(&doomed->items, item, next);
	hand_over(doomed, uid, item->message, item->fd);
	free(item);
}

void doomed_settle(struct doomed *doomed)
{
	struct item *next;

	for (struct item *item = TAILQ_FIRST(&doomed->items); item; item = next) {
		const struct client *client = clients_find(doomed->clients, item->sender);

		next = TAILQ_NEXT(item, next);
		if (client && client->account)
			item_end(doomed, item, client->account->uid);
		else if (!client || !client->pending)
			item_end(doomed, item, CLOSERS_ANYBODY);
	}
}

void doomed_free(struct doomed *doomed)
{
	struct item *next;

	if (!doomed)
		return;
	for (struct item *item = TAILQ_FIRST(&doomed->items); item; item = next) {
		next = TAILQ_NEXT(item, next);
		item_end(doomed, item, CLOSERS_ANYBODY);
	}
	free(doomed);
}
