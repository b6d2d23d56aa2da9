/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Signals about tokens: at once for changes, queued for uses. */
#include "front/bus/signals.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "common/bus.h"
#include "common/cleanup.h"
#include "front/bus/bus_message.h"
#include "front/bus/change_queue.h"
#include "front/bus/history_signal.h"
#include "front/bus/interface.h"
#include "front/bus/reply.h"
#include "front/bus/token_path.h"
#include "patd/util/log.h"

#define QUEUE_US (UINT64_C(1000) * 1000) /* between two signals of a token's use, at least */
#define QUEUE_A_TURN 32U                 /* tokens in one turn of the loop */

struct signals {
	struct clients *clients;
	struct history_signal *history;
	DBusConnection *connection;
	/* Changes are gathered until next_us; then they are due. */
	struct change_queue gathered, due;
	uint64_t next_us;
	sd_event_source *timer;
	struct token_row row; /* of the one that is sent */
};

/* To all who may see the token.  Takes signal over; NULL: out of memory. */
static void send_to(struct signals *signals, uint32_t uid, const char *user, DBusMessage *signal)
{
	cleanup_message DBusMessage *owned = signal;
	struct client *client = NULL;

	while ((client = clients_subscribed(signals->clients, client, uid, user)))
		client_send(client, owned ? dbus_message_copy(owned) : NULL);
}

static void send_to_subscribers(
	struct signals *signals, const struct token_row *token, DBusMessage *signal)
{
	send_to(signals, token->uid, token->user, signal);
}

static DBusMessage *added_signal(const struct token_row *token)
{
	struct bus_path path = bus_token_path(token->id.text);
	const char *text = path.text;
	cleanup_message DBusMessage *signal =
		dbus_message_new_signal(PAT_BUS_PATH, BUS_OBJECT_MANAGER, "InterfacesAdded");
	DBusMessageIter to;

	if (!signal)
		return NULL;
	dbus_message_iter_init_append(signal, &to);
	if (!dbus_message_iter_append_basic(&to, DBUS_TYPE_OBJECT_PATH, &text) ||
		!bus_token_append_interfaces(&to, token))
		return NULL;
	return TAKE(signal);
}

static DBusMessage *removed_signal(const struct token_row *token)
{
	const char *const names[] = { PAT_BUS_TOKEN };
	const char *const *interfaces = names;
	struct bus_path path = bus_token_path(token->id.text);
	const char *text = path.text;

	return message_signal(PAT_BUS_PATH, BUS_OBJECT_MANAGER, "InterfacesRemoved",
		DBUS_TYPE_OBJECT_PATH, &text, DBUS_TYPE_ARRAY, DBUS_TYPE_STRING, &interfaces, 1,
		DBUS_TYPE_INVALID);
}

static DBusMessage *changed_signal(const struct token_row *token, const char *const *properties)
{
	const char *interface = PAT_BUS_TOKEN;
	struct bus_path path = bus_token_path(token->id.text);
	cleanup_message DBusMessage *signal =
		dbus_message_new_signal(path.text, DBUS_INTERFACE_PROPERTIES, "PropertiesChanged");
	DBusMessageIter to, invalidated;

	if (!signal)
		return NULL;
	dbus_message_iter_init_append(signal, &to);
	if (!dbus_message_iter_append_basic(&to, DBUS_TYPE_STRING, &interface) ||
		!reply_append(&to, token_row_table(), properties, token) ||
		!dbus_message_iter_open_container(&to, DBUS_TYPE_ARRAY, "s", &invalidated) ||
		!dbus_message_iter_close_container(&to, &invalidated))
		return NULL;
	return TAKE(signal);
}

static DBusMessage *used_signal(const struct token_row *token)
{
	const char *service = token->last_used_service;
	struct bus_path path = bus_token_path(token->id.text);

	return message_signal(path.text, PAT_BUS_TOKEN, "Used", DBUS_TYPE_UINT64,
		&token->last_used_at, DBUS_TYPE_STRING, &service, DBUS_TYPE_INVALID);
}

/* For a later turn of the loop: a token may be used often, or is one of many. */
static void enqueue(struct signals *signals, const struct token_row *token, bool used)
{
	const bool first = signals->gathered.n == 0;

	change_queue_add(&signals->gathered, token, used);
	if (first && signals->due.n == 0 &&
		(sd_event_source_set_time(signals->timer, signals->next_us) < 0 ||
			sd_event_source_set_enabled(signals->timer, SD_EVENT_ONESHOT) < 0))
		log_error("cannot set a timer; no signal is sent for uses");
}

static void emit(struct signals *signals)
{
	const struct token_row *token = &signals->row;
	bool used;

	if (!change_queue_take(&signals->due, &signals->row, &used))
		return;
	send_to_subscribers(
		signals, token, changed_signal(token, used ? bus_token_use : bus_token_lifecycle));
	if (used)
		send_to_subscribers(signals, token, used_signal(token));
}

static int on_timer(sd_event_source *source, uint64_t usec, void *userdata)
{
	struct signals *signals = userdata;
	uint64_t now, next;
	int r = sd_event_now(sd_event_source_get_event(source), CLOCK_MONOTONIC, &now);

	(void)usec;
	if (r < 0)
		return r;
	if (signals->due.n == 0) {
		signals->next_us = now + QUEUE_US;
		/* The rows go with it. */
		signals->due = signals->gathered;
		signals->gathered.n = 0;
	}
	for (unsigned int i = 0;
		i < QUEUE_A_TURN && signals->due.n > 0 && !message_congested(signals->connection);
		i++)
		emit(signals);
	if (signals->due.n == 0 && signals->gathered.n == 0)
		return 0;
	if (signals->due.n == 0)
		next = signals->next_us;
	else
		next = message_congested(signals->connection) ? now + MESSAGE_CONGESTED_US : 0;
	r = sd_event_source_set_time(source, next);
	return r < 0 ? r : sd_event_source_set_enabled(source, SD_EVENT_ONESHOT);
}

void signals_token(struct signals *signals, enum token_event event, const struct token_row *token)
{
	/* What waits is sent as it is now. */
	if (event == TOKEN_DELETED) {
		change_queue_remove(&signals->gathered, &token->id);
		change_queue_remove(&signals->due, &token->id);
	} else {
		change_queue_update(&signals->gathered, token);
		change_queue_update(&signals->due, token);
	}
	if (!signals->connection ||
		!clients_subscribed(signals->clients, NULL, token->uid, token->user))
		return;
	switch (event) {
	case TOKEN_GENERATED:
		send_to_subscribers(signals, token, added_signal(token));
		break;
	case TOKEN_CHANGED:
		send_to_subscribers(signals, token, changed_signal(token, bus_token_lifecycle));
		break;
	case TOKEN_BULK_CHANGED:
		enqueue(signals, token, false);
		break;
	case TOKEN_USED:
		enqueue(signals, token, true);
		break;
	case TOKEN_DELETED:
		send_to_subscribers(signals, token, removed_signal(token));
		break;
	}
}

static DBusMessage *request_added_signal(const struct approval *approval)
{
	cleanup_message DBusMessage *signal =
		dbus_message_new_signal(PAT_BUS_PATH, PAT_BUS_MANAGER, "RequestAdded");
	DBusMessageIter to;

	if (!signal)
		return NULL;
	dbus_message_iter_init_append(signal, &to);
	return reply_append(&to, &approval_table, NULL, approval) ? TAKE(signal) : NULL;
}

void signals_approval(struct signals *signals, const struct approval *approval, bool waits)
{
	const char *id = approval->id;

	if (!signals->connection)
		return;
	send_to(signals, approval->uid, approval->user,
		waits ? request_added_signal(approval)
		      : message_signal(PAT_BUS_PATH, PAT_BUS_MANAGER, "RequestRemoved",
				DBUS_TYPE_STRING, &id, DBUS_TYPE_INVALID));
}

void signals_entry(struct signals *signals, const struct answer_entry *entry)
{
	history_signal_consider(signals->history, entry);
}

void signals_attach(struct signals *signals, DBusConnection *connection)
{
	signals->connection = connection;
	change_queue_clear(&signals->gathered);
	change_queue_clear(&signals->due);
	(void)sd_event_source_set_enabled(signals->timer, SD_EVENT_OFF);
}

void signals_free(struct signals *signals)
{
	if (!signals)
		return;
	change_queue_clear(&signals->gathered);
	change_queue_clear(&signals->due);
	history_signal_free(signals->history);
	sd_event_source_disable_unref(signals->timer);
	free(signals);
}

DEFINE_CLEANUP(signals_free, signals)

int signals_new(sd_event *event, struct clients *clients, struct signals **ret_signals)
{
	cleanup_with(signals_free) struct signals *signals = calloc(1, sizeof(*signals));
	int r;

	if (!signals)
		return -ENOMEM;
	signals->clients = clients;
	r = sd_event_add_time(
		event, &signals->timer, CLOCK_MONOTONIC, UINT64_MAX, 1000, on_timer, signals);
	if (r < 0)
		return r;
	r = history_signal_new(event, clients, &signals->history);
	if (r < 0)
		return r;
	*ret_signals = TAKE(signals);
	return 0;
}
