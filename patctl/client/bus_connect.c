/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Connecting to the system bus in a limited time. */
#include <signal.h>
#include <stdlib.h>
#include <sys/time.h>

#include "patctl/base/text.h"
#include "patctl/client/client_call.h"

#define AGAIN_US 100000 /* until the next signal, if the first one came too early */

void bus_close(DBusConnection *bus)
{
	dbus_connection_close(bus);
	dbus_connection_unref(bus);
}

DBusConnection *bus_hello(DBusConnection *bus, int limit, DBusError *error)
{
	DBusMessageIter args;
	cleanup_message DBusMessage *call = NULL, *answer = NULL;
	const char *name;

	if (!bus)
		return NULL;
	call = call_new(&peer_bus, "Hello", &args);
	answer = bus_send(bus, call, limit, false, error);
	if (!answer ||
		!dbus_message_get_args(answer, error, DBUS_TYPE_STRING, &name, DBUS_TYPE_INVALID)) {
		bus_close(bus);
		return NULL;
	}
	if (!dbus_bus_set_unique_name(bus, name))
		no_memory();
	return bus;
}

/* As libdbus finds it. */
static const char *address(void)
{
	const char *given = secure_getenv("DBUS_SYSTEM_BUS_ADDRESS");

	return given && *given != '\0' ? given : "unix:path=/run/dbus/system_bus_socket";
}

static void on_alarm(int number)
{
	(void)number; /* it has interrupted connect(2) */
}

/* connect(2) waits without a limit for a bus whose queue is full. */
static DBusConnection *open_bus(int limit, DBusError *error)
{
	const struct sigaction interrupt = { .sa_handler = on_alarm };
	const struct itimerval timer = { { 0, AGAIN_US },
		{ limit / 1000, (suseconds_t)(limit % 1000) * 1000 } },
			       none = { 0 };
	struct itimerval running;
	struct sigaction before;
	DBusConnection *bus;

	/* Whoever has set an alarm, as patctl complete has, waits no longer than that. */
	if (getitimer(ITIMER_REAL, &running) == 0 && timerisset(&running.it_value))
		return dbus_connection_open_private(address(), error);
	if (sigaction(SIGALRM, &interrupt, &before) < 0 ||
		setitimer(ITIMER_REAL, &timer, NULL) < 0) {
		dbus_set_error_const(error, DBUS_ERROR_FAILED, "setitimer");
		return NULL;
	}
	bus = dbus_connection_open_private(address(), error);
	(void)setitimer(ITIMER_REAL, &none, NULL);
	(void)sigaction(SIGALRM, &before, NULL);
	return bus;
}

DBusConnection *bus_connect(int limit, DBusError *error)
{
	return bus_hello(open_bus(limit, error), limit, error);
}
