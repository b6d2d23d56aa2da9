/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Opening a connection to the bus, which may block, in a worker. */
#pragma once

#include <dbus/dbus.h>
#include <systemd/sd-event.h>

struct opener;

/* In the loop.  The receiver owns the connection; NULL: failure says why. */
typedef void opened_fn(DBusConnection *connection, const char *failure, void *userdata);

/* address is copied. */
int opener_new(sd_event *event, const char *address, opened_fn *opened, void *userdata,
	struct opener **ret_opener);

/* Opens one, unless that is under way.  A negative errno: the worker does not take it. */
int opener_start(struct opener *opener);

/* Waits for one that is under way, which is handed out, too.  NULL is allowed. */
void opener_free(struct opener *opener);
