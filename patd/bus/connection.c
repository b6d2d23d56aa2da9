/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The connection to the system bus: made, named, lost, and made again. */
#include "patd/bus/connection.h"

#include <dbus/dbus.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/bus.h"
#include "common/cleanup.h"
#include "patd/bus/bus_message.h"
#include "patd/bus/call.h"
#include "patd/bus/clients.h"
#include "patd/bus/interface.h"
#include "patd/bus/loop.h"
#include "patd/bus/signals.h"
#include "patd/util/log.h"

#define DELAY_MIN_US (UINT64_C(100) * 1000)
#define DELAY_MAX_US (UINT64_C(5) * 1000 * 1000)
#define ACCURACY_US UINT64_C(1000) /* sd-event's own would delay a start by up to 250 ms */

struct bus {
	struct job connect; /* opening a connection may block: it is done in the worker */
	bool connecting;
	char *address;
	DBusConnection *opened;
	char failure[160];

	struct bus_context context;
	DBusConnection *connection;
	struct bus_loop *loop;
	struct calls *calls;
	struct signals *signals;

	sd_event_source *retry;
	uint64_t delay_us;
	bool quiet; /* the present outage has been reported */
	bool stopped;

	void (*tried)(void *userdata); /* NULL once called */
	void *userdata;
};

static void report_tried(struct bus *bus)
{
	void (*tried)(void *userdata) = bus->tried;

	bus->tried = NULL;
	if (tried)
		tried(bus->userdata);
}

/* The connection is given up in the retry, not here, where libdbus may be at work on it. */
static void retry_later(struct bus *bus, const char *why)
{
	if (!bus->quiet)
		log_warning("not on the bus (%s); trying again; tokens are still verified", why);
	bus->quiet = true;
	if (sd_event_source_set_time_relative(bus->retry, bus->delay_us) < 0 ||
		sd_event_source_set_enabled(bus->retry, SD_EVENT_ONESHOT) < 0)
		log_error("cannot set a timer to reconnect to the bus");
	bus->delay_us = bus->delay_us * 2 < DELAY_MAX_US ? bus->delay_us * 2 : DELAY_MAX_US;
	report_tried(bus);
}

static void disconnect(struct bus *bus)
{
	if (!bus->connection)
		return;
	calls_drop(bus->calls);
	signals_attach(bus->signals, NULL);
	clients_attach(bus->context.clients, NULL);
	bus_loop_detach(bus->loop);
	bus->loop = NULL;
	dbus_connection_close(bus->connection);
	dbus_connection_unref(bus->connection);
	bus->connection = NULL;
}

static void on_client_gone(const char *name, void *userdata)
{
	struct bus *bus = userdata;

	calls_forget(bus->calls, name);
}

/* A client that is watched has left the bus: its unique name has no owner any more. */
static void on_owner_changed(struct bus *bus, DBusMessage *signal)
{
	const char *name, *before, *now;

	if (dbus_message_get_args(signal, NULL, DBUS_TYPE_STRING, &name, DBUS_TYPE_STRING, &before,
		    DBUS_TYPE_STRING, &now, DBUS_TYPE_INVALID) &&
		*now == '\0')
		clients_lost(bus->context.clients, name);
}

static DBusHandlerResult on_message(
	DBusConnection *connection, DBusMessage *message, void *userdata)
{
	struct bus *bus = userdata;

	switch (dbus_message_get_type(message)) {
	case DBUS_MESSAGE_TYPE_METHOD_CALL:
		bus_dispatch(bus->calls, connection, message);
		return DBUS_HANDLER_RESULT_HANDLED;
	case DBUS_MESSAGE_TYPE_SIGNAL:
		if (dbus_message_is_signal(message, DBUS_INTERFACE_LOCAL, "Disconnected"))
			retry_later(bus, "the bus went away");
		else if (dbus_message_is_signal(message, DBUS_INTERFACE_DBUS, "NameLost") &&
			 dbus_message_has_sender(message, DBUS_SERVICE_DBUS))
			retry_later(bus, "the name was taken away");
		else if (dbus_message_is_signal(message, DBUS_INTERFACE_DBUS, "NameOwnerChanged") &&
			 dbus_message_has_sender(message, DBUS_SERVICE_DBUS))
			on_owner_changed(bus, message);
		return DBUS_HANDLER_RESULT_HANDLED;
	case DBUS_MESSAGE_TYPE_ERROR:
		if (dbus_message_has_sender(message, DBUS_SERVICE_DBUS))
			bus_secret_undelivered(bus->calls, bus->context.tokens,
				dbus_message_get_reply_serial(message));
		return DBUS_HANDLER_RESULT_HANDLED;
	default:
		return DBUS_HANDLER_RESULT_NOT_YET_HANDLED;
	}
}

/* Asks the bus itself; fn gets the reply. */
static void ask_bus(struct bus *bus, DBusMessage *question, DBusPendingCallNotifyFunction fn)
{
	DBusPendingCall *pending;

	if (message_ask(bus->connection, question, DBUS_TIMEOUT_USE_DEFAULT, fn, bus, &pending))
		dbus_pending_call_unref(pending);
	else
		retry_later(bus, "out of memory, or the bus went away");
}

static void on_name(DBusPendingCall *pending, void *userdata)
{
	struct bus *bus = userdata;
	cleanup_message DBusMessage *reply = dbus_pending_call_steal_reply(pending);
	dbus_uint32_t result = 0;

	if (dbus_message_get_type(reply) == DBUS_MESSAGE_TYPE_METHOD_RETURN &&
		dbus_message_get_args(reply, NULL, DBUS_TYPE_UINT32, &result, DBUS_TYPE_INVALID) &&
		result == DBUS_REQUEST_NAME_REPLY_PRIMARY_OWNER) {
		log_info("serving " PAT_BUS_NAME " on the bus");
		bus->quiet = false;
		bus->delay_us = DELAY_MIN_US;
		report_tried(bus);
	} else if (dbus_message_get_type(reply) == DBUS_MESSAGE_TYPE_ERROR) {
		retry_later(bus, "the bus does not let us have the name " PAT_BUS_NAME
				 ": is its policy file installed?");
	} else {
		retry_later(bus, "another process has the name " PAT_BUS_NAME);
	}
}

static void request_name(struct bus *bus)
{
	dbus_uint32_t flags = DBUS_NAME_FLAG_DO_NOT_QUEUE;
	cleanup_message DBusMessage *message = message_bus_call("RequestName", PAT_BUS_NAME);
	bool complete = message && dbus_message_append_args(
					   message, DBUS_TYPE_UINT32, &flags, DBUS_TYPE_INVALID);

	ask_bus(bus, complete ? TAKE(message) : NULL, on_name);
}

static void on_hello(DBusPendingCall *pending, void *userdata)
{
	struct bus *bus = userdata;
	cleanup_message DBusMessage *reply = dbus_pending_call_steal_reply(pending);
	const char *unique;

	if (dbus_message_get_type(reply) == DBUS_MESSAGE_TYPE_METHOD_RETURN &&
		dbus_message_get_args(reply, NULL, DBUS_TYPE_STRING, &unique, DBUS_TYPE_INVALID) &&
		dbus_bus_set_unique_name(bus->connection, unique))
		request_name(bus);
	else
		retry_later(bus, "the bus refused us");
}

/* In the worker. */
static void open_connection(struct job *job)
{
	struct bus *bus = (struct bus *)job;
	DBusError error = DBUS_ERROR_INIT;

	bus->opened = dbus_connection_open_private(bus->address, &error);
	(void)snprintf(bus->failure, sizeof(bus->failure), "%s", bus->opened ? "" : error.message);
	dbus_error_free(&error);
}

static void on_opened(struct job *job)
{
	struct bus *bus = (struct bus *)job;

	bus->connecting = false;
	bus->connection = bus->opened;
	bus->opened = NULL;
	if (bus->stopped) {
		disconnect(bus);
	} else if (!bus->connection) {
		retry_later(bus, bus->failure);
	} else if (!dbus_connection_add_filter(bus->connection, on_message, bus, NULL) ||
		   bus_loop_attach(bus->context.event, bus->connection, &bus->loop) < 0) {
		retry_later(bus, "out of memory");
	} else {
		clients_attach(bus->context.clients, bus->connection);
		signals_attach(bus->signals, bus->connection);
		ask_bus(bus, message_bus_call("Hello", NULL), on_hello);
	}
}

static int on_retry(sd_event_source *source, uint64_t usec, void *userdata)
{
	struct bus *bus = userdata;

	(void)source;
	(void)usec;
	if (bus->connecting)
		return 0;
	disconnect(bus);
	bus->connecting = true;
	if (worker_submit(bus->context.worker, &bus->connect) < 0) {
		bus->connecting = false;
		retry_later(bus, "too much under way");
	}
	return 0;
}

void bus_set_policy(struct bus *bus, const struct policy_set *policy)
{
	bus->context.policy = policy;
	signals_restart(bus->signals);
}

void bus_stop(struct bus *bus)
{
	if (!bus)
		return;
	bus->stopped = true;
	disconnect(bus);
	bus->retry = sd_event_source_disable_unref(bus->retry);
}

void bus_free(struct bus *bus)
{
	if (!bus)
		return;
	bus_stop(bus);
	signals_free(bus->signals);
	calls_free(bus->calls);
	clients_free(bus->context.clients);
	sd_event_unref(bus->context.event);
	free(bus->address);
	free(bus);
}

DEFINE_CLEANUP(bus_free, bus)

int bus_new(sd_event *event, struct worker *worker, struct tokens *tokens, struct backups *backups,
	const char *address, void (*tried)(void *userdata), void *userdata, struct bus **ret_bus)
{
	cleanup_with(bus_free) struct bus *bus = calloc(1, sizeof(*bus));
	int r;

	if (!bus)
		return -ENOMEM;
	bus->connect = (struct job) { .run = open_connection, .done = on_opened };
	bus->context = (struct bus_context) {
		.event = sd_event_ref(event),
		.worker = worker,
		.tokens = tokens,
		.backups = backups,
	};
	bus->delay_us = DELAY_MIN_US;
	bus->tried = tried;
	bus->userdata = userdata;
	r = clients_new(on_client_gone, bus, &bus->context.clients);
	if (r < 0)
		return r;
	bus->address = strdup(address);
	if (!bus->address)
		return -ENOMEM;
	r = calls_new(&bus->context, &bus->calls);
	if (r < 0)
		return r;
	r = signals_new(event, tokens, bus->context.clients, &bus->signals);
	if (r < 0)
		return r;
	r = sd_event_add_time_relative(
		event, &bus->retry, CLOCK_MONOTONIC, 0, ACCURACY_US, on_retry, bus);
	if (r < 0)
		return r;
	*ret_bus = TAKE(bus);
	return 0;
}
