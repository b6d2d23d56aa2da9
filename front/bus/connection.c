/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The connection to the system bus: made, named while patd answers, lost, and made again. */
#include "front/bus/connection.h"

#include <dbus/dbus.h>
#include <errno.h>
#include <stdlib.h>
#include <sys/socket.h>

#include "common/bus.h"
#include "common/cleanup.h"
#include "front/bus/bus_message.h"
#include "front/bus/bus_name.h"
#include "front/bus/call.h"
#include "front/bus/call_turns.h"
#include "front/bus/call_users.h"
#include "front/bus/interface.h"
#include "front/bus/logind.h"
#include "front/bus/loop.h"
#include "front/bus/opener.h"
#include "front/bus/polkit.h"
#include "front/bus/signals.h"
#include "patd/util/log.h"

#define DELAY_MIN_US (UINT64_C(100) * 1000)
#define DELAY_MAX_US (UINT64_C(5) * 1000 * 1000)
#define ACCURACY_US UINT64_C(1000) /* sd-event's own would delay a start by up to 250 ms */

/*
 * libdbus would read no more while messages of so many bytes, or descriptors, have not been freed.
 * Those that wait for a closer would make it stop for everybody; how much is read ahead is bounded
 * in front/bus/loop.c.
 */
#define RECEIVED_MAX (1L << 30)

/* The bus takes nothing any more: its clients see patd again when it does. */
#define OUTGOING_MAX (16L * 1024 * 1024)

struct bus {
	struct bus_context context;
	struct subids *subids;
	struct accounts *accounts;
	struct closers *closers;
	struct opener *opener;
	DBusConnection *connection;
	struct bus_loop *loop;
	struct calls *calls;
	struct sent_secrets secrets;
	struct signals *signals;
	struct logind *logind;
	bool greeted; /* the bus has given us a unique name */
	struct bus_name name;

	sd_event_source *retry;
	uint64_t delay_us;
	bool failed;         /* patd does not start */
	bool stopped, quiet; /* quiet: the present outage has been reported */

	struct bus_listener listener; /* tried: NULL once called */
};

static void report_tried(struct bus *bus)
{
	void (*tried)(void *userdata) = bus->listener.tried;

	bus->listener.tried = NULL;
	if (tried)
		tried(bus->listener.userdata);
}

static void report_failed(struct bus *bus)
{
	bus->listener.failed(bus->listener.userdata);
}

/* The connection is given up in the retry, not here, where libdbus may be at work on it. */
static void retry_later(struct bus *bus, const char *why)
{
	if (bus->failed) {
		report_failed(bus);
		return;
	}
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
	int fd;

	if (!bus->connection)
		return;
	calls_drop(bus->calls);
	sent_secrets_forget(&bus->secrets);
	logind_attach(bus->logind, NULL);
	signals_attach(bus->signals, NULL);
	clients_attach(bus->context.clients, NULL);
	doomed_settle(bus->context.doomed);
	bus_loop_detach(bus->loop);
	bus->loop = NULL;
	/* Its end may wait for others: until then it would have the name, and what it sent. */
	if (dbus_connection_get_unix_fd(bus->connection, &fd))
		(void)shutdown(fd, SHUT_RDWR);
	closers_give(bus->closers, CLOSERS_ANYBODY, end_connection, bus->connection);
	bus->connection = NULL;
	bus->greeted = false;
	bus_name_forget(&bus->name);
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
		bus_name_lost(&bus->name);
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

static void on_stuck(void *userdata)
{
	retry_later(userdata, "it takes no more messages");
}

static void on_name_taken(void *userdata)
{
	struct bus *bus = userdata;

	if (bus->failed) {
		report_failed(bus);
		return;
	}
	log_info("serving " PAT_BUS_NAME " on the bus");
	bus->quiet = false;
	bus->delay_us = DELAY_MIN_US;
	report_tried(bus);
}

static void on_name_failed(void *userdata, const char *why)
{
	retry_later(userdata, why);
}

/* Once the bus has greeted us and patd answers. */
static void request_name(void *userdata)
{
	struct bus *bus = userdata;

	if (bus->greeted && link_is_up(bus->context.link))
		bus_name_request(&bus->name, bus->connection);
}

static void on_patd_down(void *userdata)
{
	struct bus *bus = userdata;

	calls_refuse_all(bus->calls);
	clients_unsubscribe_all(bus->context.clients);
	logind_forget(bus->logind);
	if (bus->connection)
		bus_name_release(&bus->name, bus->connection);
}

static void on_patd_failed(void *userdata)
{
	struct bus *bus = userdata;

	/*
	 * Calls that have started us wait in the bus for the name, and the bus starts us for no
	 * other meanwhile: they end when somebody has had it.
	 */
	bus->failed = true;
	if (bus->greeted)
		bus_name_request(&bus->name, bus->connection);
	else
		report_failed(bus);
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

static void on_approval(const struct approval *approval, bool waits, void *userdata)
{
	const struct bus *bus = userdata;

	signals_approval(bus->signals, approval, waits);
}

static void on_session(const struct session_row *session, void *userdata)
{
	const struct bus *bus = userdata;

	logind_end_session(bus->logind, session);
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
		logind_attach(bus->logind, bus->connection);
		request_name(bus);
	} else {
		retry_later(bus, "the bus refused us");
	}
}

static void greet(struct bus *bus)
{
	DBusPendingCall *pending;

	if (message_ask(bus->connection, message_bus_call("Hello", NULL), DBUS_TIMEOUT_USE_DEFAULT,
		    on_hello, bus, &pending))
		dbus_pending_call_unref(pending);
	else
		retry_later(bus, "out of memory, or the bus went away");
}

static void on_opened(DBusConnection *connection, const char *failure, void *userdata)
{
	struct bus *bus = userdata;
	const struct bus_loop_listener listener = { on_dispatched, on_stuck, bus };

	bus->connection = connection;
	if (bus->stopped) {
		disconnect(bus);
	} else if (!bus->connection) {
		retry_later(bus, failure);
	} else if (!dbus_connection_add_filter(bus->connection, on_message, bus, NULL) ||
		   bus_loop_attach(bus->context.event, bus->connection, &listener, &bus->loop) <
			   0) {
		retry_later(bus, "out of memory");
	} else {
		dbus_connection_set_max_received_size(bus->connection, RECEIVED_MAX);
		dbus_connection_set_max_received_unix_fds(bus->connection, RECEIVED_MAX);
		clients_attach(bus->context.clients, bus->connection);
		signals_attach(bus->signals, bus->connection);
		greet(bus);
	}
}

static int on_retry(sd_event_source *source, uint64_t usec, void *userdata)
{
	struct bus *bus = userdata;

	(void)source;
	(void)usec;
	disconnect(bus);
	if (opener_start(bus->opener) < 0)
		retry_later(bus, "too much under way");
	return 0;
}

void bus_free(struct bus *bus)
{
	if (!bus)
		return;
	bus->stopped = true;
	disconnect(bus);
	sd_event_source_disable_unref(bus->retry);
	lookups_free(bus->context.lookups);
	opener_free(bus->opener);
	signals_free(bus->signals);
	logind_free(bus->logind);
	calls_free(bus->calls);
	call_turns_free(bus->context.turns);
	doomed_free(bus->context.doomed);
	clients_free(bus->context.clients);
	accounts_free(bus->accounts);
	subids_free(bus->subids);
	link_free(bus->context.link);
	sd_event_unref(bus->context.event);
	free(bus);
}

DEFINE_CLEANUP(bus_free, bus)

static int open_parts(struct bus *bus, const struct bus_paths *paths)
{
	const struct clients_events events = { on_client_known, on_client_gone, bus };
	const struct link_listener listener = { request_name, on_patd_down, on_token, on_entry,
		on_approval, on_session, bus, bus->listener.failed ? on_patd_failed : NULL };
	sd_event *event = bus->context.event;
	int r;

	if ((r = subids_new(event, paths->subuid, &bus->subids)) < 0 ||
		(r = accounts_new(bus->subids, &bus->accounts)) < 0 ||
		(r = clients_new(&events, bus->accounts, &bus->context.clients)) < 0 ||
		(r = doomed_new(bus->closers, bus->context.clients, &bus->context.doomed)) < 0 ||
		(r = calls_new(&bus->context, &bus->calls)) < 0 ||
		(r = call_turns_new(event, &bus->context.turns)) < 0 ||
		(r = signals_new(event, bus->context.clients, &bus->signals)) < 0 ||
		(r = logind_new(&bus->logind)) < 0 ||
		(r = lookups_new(event, &bus->context.lookups)) < 0 ||
		(r = opener_new(event, paths->address, on_opened, bus, &bus->opener)) < 0 ||
		(r = link_new(event, paths->patd, &listener, &bus->context.link)) < 0)
		return r;
	return sd_event_add_time_relative(
		event, &bus->retry, CLOCK_MONOTONIC, 0, ACCURACY_US, on_retry, bus);
}

int bus_new(sd_event *event, struct closers *closers, const struct bus_paths *paths,
	const struct bus_listener *listener, struct bus **ret_bus)
{
	cleanup_with(bus_free) struct bus *bus = calloc(1, sizeof(*bus));
	int r;

	if (!bus)
		return -ENOMEM;
	bus->context = (struct bus_context) {
		.event = sd_event_ref(event),
		.refused = polkit_refuse,
		.secrets = &bus->secrets,
	};
	bus->closers = closers;
	bus->name = (struct bus_name) {
		.taken = on_name_taken,
		.failed = on_name_failed,
		.userdata = bus,
	};
	bus->delay_us = DELAY_MIN_US;
	bus->listener = *listener;
	r = open_parts(bus, paths);
	if (r < 0)
		return r;
	*ret_bus = TAKE(bus);
	return 0;
}
