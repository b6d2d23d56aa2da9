/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The name org.patd.Tokens1 on one connection to the bus: asked for, had, given up. */
#pragma once

#include <dbus/dbus.h>
#include <stdbool.h>

struct bus_name {
	void (*taken)(void *userdata);
	/* It cannot be had, or was taken away. */
	void (*failed)(void *userdata, const char *why);
	void *userdata;
	bool wanted, had;             /* asked for; given to us */
	unsigned int losses_expected; /* NameLost signals that answer a ReleaseName of ours */
};

/* On a new connection nothing has been asked for. */
void bus_name_forget(struct bus_name *name);

/* Asks for it, unless it is wanted already. */
void bus_name_request(struct bus_name *name, DBusConnection *connection);

/* Gives it up, so that followers see that nobody serves it. */
void bus_name_release(struct bus_name *name, DBusConnection *connection);

/* The bus says that we have lost it. */
void bus_name_lost(struct bus_name *name);
