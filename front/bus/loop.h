/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A libdbus connection as a part of the sd-event loop: its watches, timeouts and dispatching. */
#pragma once

#include <dbus/dbus.h>
#include <systemd/sd-event.h>

struct bus_loop;

struct bus_loop_listener {
	/* After each message, when libdbus is done with it. */
	void (*dispatched)(void *userdata);
	/*
	 * The bus has taken nothing from us for a while: it does so while others do not read what
	 * we sent them.  A new connection is free of that.
	 */
	void (*stuck)(void *userdata);
	void *userdata;
};

/*
 * The connection must outlive it, and is private to it; messages that came with it may be ended in
 * any thread.
 */
int bus_loop_attach(sd_event *event, DBusConnection *connection,
	const struct bus_loop_listener *listener, struct bus_loop **ret_loop);

/* NULL is allowed. */
void bus_loop_detach(struct bus_loop *loop);
