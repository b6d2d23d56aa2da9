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

/*
 * Starts connecting to the socket of patd at that path, and to address, a D-Bus address list.
 * tried() is called once, when the name has been taken for the first time or the first try to reach
 * the bus has failed.
 */
int bus_new(sd_event *event, struct closers *closers, const char *patd, const char *address,
	void (*tried)(void *userdata), void *userdata, struct bus **ret_bus);

/* Waits for look-ups that are running.  NULL is allowed. */
void bus_free(struct bus *bus);
