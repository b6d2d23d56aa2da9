/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The connections of patd-bus: to patd, and to the system bus.  While patd answers it has the name
 * org.patd.Tokens1 and serves calls; each connection is made again when it is lost.  Nothing here
 * waits.
 */
#pragma once

#include <systemd/sd-event.h>

#include "front/base/closers.h"

struct bus;

struct bus_paths {
	const char *patd;    /* its socket */
	const char *address; /* of the bus: a D-Bus address list */
	const char *subuid;  /* see front/base/subids.h */
};

struct bus_listener {
	/* Once: the name was taken for the first time, or the first try to reach the bus failed. */
	void (*tried)(void *userdata);
	/* patd does not start; NULL: goes on trying. */
	void (*failed)(void *userdata);
	void *userdata;
};

/* Starts connecting to patd and to the bus. */
int bus_new(sd_event *event, struct closers *closers, const struct bus_paths *paths,
	const struct bus_listener *listener, struct bus **ret_bus);

/* Waits for look-ups that are running.  NULL is allowed. */
void bus_free(struct bus *bus);
