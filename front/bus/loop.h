/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A libdbus connection as a part of the sd-event loop: its watches, timeouts and dispatching. */
#pragma once

#include <dbus/dbus.h>
#include <systemd/sd-event.h>

struct bus_loop;

/*
 * The connection must outlive it, and is private to it; messages that came with it may be ended in
 * any thread.  dispatched() is called after each message, when libdbus is done with it.
 */
int bus_loop_attach(sd_event *event, DBusConnection *connection, void (*dispatched)(void *userdata),
	void *userdata, struct bus_loop **ret_loop);

/* NULL is allowed. */
void bus_loop_detach(struct bus_loop *loop);
