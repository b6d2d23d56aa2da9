/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The connection to the system bus: made, named while patd answers, lost, and made again. */
#include "front/bus/connection.h"

#include <dbus/dbus.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/bus.h"
#include "common/cleanup.h"
#include "front/bus/bus_message.h"
#include "front/bus/call.h"
#include "front/bus/call_turns.h"
#include "front/bus/call_users.h"
#include "front/bus/interface.h"
#include "front/bus/loop.h"
#include "front/bus/polkit.h"
#include "front/bus/signals.h"
#include "patd/util/log.h"

#define DELAY_MIN_US (UINT64_C(100) * 1000)
#define DELAY_MAX_US (UINT64_C(5) * 1000 * 1000)
#define ACCURACY_US UINT64_C(1000) /* sd-event's own would delay a start by up to 250 ms */

/*
 * The bus takes no more from us while others do not read what we sent them.  A new connection is
 * free of that: so it is made when so much waits for so long.
 */
#define STUCK_BYTES (256L * 1024)
#define STUCK_US (UINT64_C(1000) * 1000)
#define STUCK_TIMES 2U

/*
 * libdbus would read no more while messages of so many bytes, or descriptors, have not been freed.
 * Those that wait for a closer would make it stop for everybody; how much is read ahead is bounded
 * in front/bus/loop.c.
 */
#define RECEIVED_MAX (1L << 30)

/* The bus takes nothing any more: its clients see patd again when it does. */
#define OUTGOING_MAX (16L * 1024 * 1024)

struct bus {
	struct job connect; /* opening a connection may block: it is done in the worker */
	bool connecting;
	struct worker *worker;
	char *address;
	DBusConnection *opened;
	char failure[160];

	struct bus_context context;
	struct subids *subids;
	struct accounts *accounts;
	struct closers *closers;
	DBusConnection *connection;
	struct bus_loop *loop;
	struct calls *calls;
	struct sent_secrets secrets;
	struct signals *signals;
	bool greeted;                 /* the bus has given us a unique name */
	bool asked_for_name, named;   /* asked for it, and had it */
	unsigned int losses_expected; /* NameLost signals that answer a ReleaseName of ours */

	sd_event_source *retry, *watch;
	uint64_t delay_us;
	bool quiet; /* the present outage has been reported */
	bool stopped;
	long waiting_bytes;     /* to be sent, when it was last looked at */
	unsigned int stuck_for; /* times that it did not become less */

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

/* What is queued in it, and in its socket, may have descriptors of strangers. */
static void end_connection(void *thing)
{
	dbus_connection_close(thing);
	dbus_connection_unref(thing);
}

static void disconnect(struct bus *bus)
{
	if (!bus->connection)
		return;
	calls_drop(bus->calls);
	sent_secrets_forget(&bus->secrets);
	signals_attach(bus->signals, NULL);
	clients_attach(bus->context.clients, NULL);
	doomed_settle(bus->context.doomed);
	bus_loop_detach(bus->loop);
	bus->loop = NULL;
	closers_give(bus->closers, CLOSERS_ANYBODY, end_connection, bus->connection);
	bus->connection = NULL;
	bus->greeted = bus->asked_for_name = bus->named = false;
	bus->losses_expected = 0;
	bus->waiting_bytes = 0;
	bus->stuck_for = 0;
}

static void on_client_known(struct client *client, void *userdata)
{
	(void)userdata;
	calls_known(client);
}

static void on_client_gone(struct client *client, void *userdata)
{
	struct bus *bus = userdata;

	calls_forget(bus->calls, client);
}

/* A client has left the bus: its unique name has no owner any more. */
static void on_owner_changed(struct bus *bus, DBusMessage *signal)
{
	const char *name, *before, *now;

	if (dbus_message_get_args(signal, NULL, DBUS_TYPE_STRING, &name, DBUS_TYPE_STRING, &before,
		    DBUS_TYPE_STRING, &now, DBUS_TYPE_INVALID) &&
		*now == '\0')
		clients_lost(bus->context.clients, name);
}

static void on_name_lost(struct bus *bus)
{
	if (bus->losses_expected > 0)
		bus->losses_expected--;
	else
		retry_later(bus, "the name was taken away");
}

static void on_signal(struct bus *bus, DBusMessage *signal)
{
	if (dbus_message_is_signal(signal, DBUS_INTERFACE_LOCAL, "Disconnected")) {
		retry_later(bus, "the bus went away");
		return;
	}
	/* All others that we listen to are the bus's. */
	if (!dbus_message_has_sender(signal, DBUS_SERVICE_DBUS))
		return;
	if (dbus_message_is_signal(signal, DBUS_INTERFACE_DBUS, "NameLost"))
		on_name_lost(bus);
	else if (dbus_message_is_signal(signal, DBUS_INTERFACE_DBUS, "NameOwnerChanged"))
		on_owner_changed(bus, signal);
}

static DBusHandlerResult on_message(
	DBusConnection *connection, DBusMessage *message, void *userdata)
{
	struct bus *bus = userdata;

	if (dbus_message_contains_unix_fds(message))
		doomed_message(bus->context.doomed, message);
	switch (dbus_message_get_type(message)) {
	case DBUS_MESSAGE_TYPE_METHOD_CALL:
		bus_dispatch(bus->calls, connection, message);
		return DBUS_HANDLER_RESULT_HANDLED;
	case DBUS_MESSAGE_TYPE_SIGNAL:
		on_signal(bus, message);
		return DBUS_HANDLER_RESULT_HANDLED;
	case DBUS_MESSAGE_TYPE_ERROR:
		if (dbus_message_has_sender(message, DBUS_SERVICE_DBUS))
			sent_secrets_returned(&bus->secrets, bus->context.link,
				dbus_message_get_reply_serial(message));
		return DBUS_HANDLER_RESULT_HANDLED;
	default:
		return DBUS_HANDLER_RESULT_NOT_YET_HANDLED;
	}
}

static void on_dispatched(void *userdata)
{
	struct bus *bus = userdata;

	doomed_settle(bus->context.doomed);
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
		/* Given up before it was given. */
		if (!bus->asked_for_name) {
			bus->losses_expected++;
			return;
		}
		log_info("serving " PAT_BUS_NAME " on the bus");
		bus->named = true;
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

/* Once the bus has greeted us and patd answers. */
static void request_name(struct bus *bus)
{
	dbus_uint32_t flags = DBUS_NAME_FLAG_DO_NOT_QUEUE;
	cleanup_message DBusMessage *message = NULL;
	bool complete;

	if (!bus->greeted || bus->asked_for_name || !link_is_up(bus->context.link))
		return;
	message = message_bus_call("RequestName", PAT_BUS_NAME);
	complete = message &&
		   dbus_message_append_args(message, DBUS_TYPE_UINT32, &flags, DBUS_TYPE_INVALID);
	bus->asked_for_name = true;
	ask_bus(bus, complete ? TAKE(message) : NULL, on_name);
}

/* So that followers see that patd has gone, and list anew when it is back. */
static void release_name(struct bus *bus)
{
	cleanup_message DBusMessage *message = NULL;

	if (!bus->asked_for_name)
		return;
	message = message_bus_call("ReleaseName", PAT_BUS_NAME);
	bus->losses_expected += bus->named;
	bus->asked_for_name = bus->named = false;
	if (message)
		dbus_message_set_no_reply(message, TRUE);
	if (!message || !dbus_connection_send(bus->connection, message, NULL))
		retry_later(bus, "out of memory");
}

static void on_patd_up(void *userdata)
{
	request_name(userdata);
}

static void on_patd_down(void *userdata)
{
	struct bus *bus = userdata;

	calls_refuse_all(bus->calls);
	clients_unsubscribe_all(bus->context.clients);
	if (bus->connection)
		release_name(bus);
}

static void on_token(enum token_event event, const struct token_row *row, void *userdata)
{
	struct bus *bus = userdata;

	bus_objects_event(event, row);
	signals_token(bus->signals, event, row);
	if (bus->connection && dbus_connection_get_outgoing_size(bus->connection) > OUTGOING_MAX &&
		sd_event_source_get_enabled(bus->retry, NULL) == 0)
		retry_later(bus, "it takes nothing any more");
}

static void on_entry(const struct answer_entry *entry, void *userdata)
{
	struct bus *bus = userdata;

	signals_entry(bus->signals, entry);
}

static void on_hello(DBusPendingCall *pending, void *userdata)
{
	struct bus *bus = userdata;
	cleanup_message DBusMessage *reply = dbus_pending_call_steal_reply(pending);
	const char *unique;

	if (dbus_message_get_type(reply) == DBUS_MESSAGE_TYPE_METHOD_RETURN &&
		dbus_message_get_args(reply, NULL, DBUS_TYPE_STRING, &unique, DBUS_TYPE_INVALID) &&
		dbus_bus_set_unique_name(bus->connection, unique) &&
		clients_watch(bus->context.clients)) {
		bus->greeted = true;
		request_name(bus);
	} else {
		retry_later(bus, "the bus refused us");
	}
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
		   bus_loop_attach(bus->context.event, bus->connection, on_dispatched, bus,
			   &bus->loop) < 0) {
		retry_later(bus, "out of memory");
	} else {
		dbus_connection_set_max_received_size(bus->connection, RECEIVED_MAX);
		dbus_connection_set_max_received_unix_fds(bus->connection, RECEIVED_MAX);
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
	if (worker_submit(bus->worker, &bus->connect) < 0) {
		bus->connecting = false;
		retry_later(bus, "too much under way");
	}
	return 0;
}

static int on_watch(sd_event_source *source, uint64_t usec, void *userdata)
{
	struct bus *bus = userdata;
	long waiting = bus->connection ? dbus_connection_get_outgoing_size(bus->connection) : 0;

	(void)usec;
	bus->stuck_for =
		waiting > STUCK_BYTES && waiting >= bus->waiting_bytes ? bus->stuck_for + 1 : 0;
	bus->waiting_bytes = waiting;
	if (bus->stuck_for >= STUCK_TIMES) {
		bus->stuck_for = 0;
		retry_later(bus, "it takes no more messages");
	}
	return sd_event_source_set_time_relative(source, STUCK_US);
}

void bus_free(struct bus *bus)
{
	if (!bus)
		return;
	bus->stopped = true;
	disconnect(bus);
	sd_event_source_disable_unref(bus->retry);
	sd_event_source_disable_unref(bus->watch);
	lookups_free(bus->context.lookups);
	worker_free(bus->worker);
	signals_free(bus->signals);
	calls_free(bus->calls);
	call_turns_free(bus->context.turns);
	doomed_free(bus->context.doomed);
	clients_free(bus->context.clients);
	accounts_free(bus->accounts);
	subids_free(bus->subids);
	link_free(bus->context.link);
	sd_event_unref(bus->context.event);
	free(bus->address);
	free(bus);
}

DEFINE_CLEANUP(bus_free, bus)

static int open_parts(struct bus *bus, const struct bus_paths *paths)
{
	const struct clients_events events = { on_client_known, on_client_gone, bus };
	const struct link_listener listener = { on_patd_up, on_patd_down, on_token, on_entry, bus };
	sd_event *event = bus->context.event;
	int r;

	if ((r = subids_new(event, paths->subuid, &bus->subids)) < 0 ||
		(r = accounts_new(bus->subids, &bus->accounts)) < 0 ||
		(r = clients_new(&events, bus->accounts, &bus->context.clients)) < 0 ||
		(r = doomed_new(bus->closers, bus->context.clients, &bus->context.doomed)) < 0 ||
		(r = calls_new(&bus->context, &bus->calls)) < 0 ||
		(r = call_turns_new(event, &bus->context.turns)) < 0 ||
		(r = signals_new(event, bus->context.clients, &bus->signals)) < 0 ||
		(r = lookups_new(event, &bus->context.lookups)) < 0 ||
		(r = worker_new(event, 1, &bus->worker)) < 0 ||
		(r = link_new(event, paths->patd, &listener, &bus->context.link)) < 0)
		return r;
	bus->address = strdup(paths->address);
	if (!bus->address)
		return -ENOMEM;
	r = sd_event_add_time_relative(
		event, &bus->retry, CLOCK_MONOTONIC, 0, ACCURACY_US, on_retry, bus);
	if (r < 0)
		return r;
	r = sd_event_add_time_relative(
		event, &bus->watch, CLOCK_MONOTONIC, STUCK_US, STUCK_US / 10, on_watch, bus);
	return r < 0 ? r : sd_event_source_set_enabled(bus->watch, SD_EVENT_ON);
}

int bus_new(sd_event *event, struct closers *closers, const struct bus_paths *paths,
	void (*tried)(void *userdata), void *userdata, struct bus **ret_bus)
{
	cleanup_with(bus_free) struct bus *bus = calloc(1, sizeof(*bus));
	int r;

	if (!bus)
		return -ENOMEM;
	bus->connect = (struct job) { .run = open_connection, .done = on_opened };
	bus->context = (struct bus_context) {
		.event = sd_event_ref(event),
		.refused = polkit_refuse,
		.secrets = &bus->secrets,
	};
	bus->closers = closers;
	bus->delay_us = DELAY_MIN_US;
	bus->tried = tried;
	bus->userdata = userdata;
	r = open_parts(bus, paths);
	if (r < 0)
		return r;
	*ret_bus = TAKE(bus);
	return 0;
}
