/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The units of patd and patd-bus in systemd: the services, and the sockets that start them, that of
 * patd-fleet, which not each machine has, among them.
 */
#pragma once

#include <stdbool.h>

#define UNITS 6

/* Which of them were active, or listening, when units_read() was called. */
struct units {
	bool active[UNITS];
	bool failing[UNITS]; /* tried in vain: patd without a good database, for instance */
};

/* Whether systemd manages this machine. */
bool units_available(void);

/* Reads their state, for units_start(). */
void units_read(struct units *units);

/* Whether both services ran. */
bool units_running(const struct units *units);

/* Whether all of them are stopped; if not, some may be.  units: as units_read() has left it. */
bool units_stop(const struct units *units);

/*
 * Starts those again that were active, and patd if it failed and a login could start it; leaves no
 * other socket listening.
 */
bool units_start(const struct units *units);
