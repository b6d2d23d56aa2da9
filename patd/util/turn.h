/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A later turn of the loop, for what is done bit by bit.  Between two turns every other event
 * source that is ready has its turn, too: see turn_want().
 */
#pragma once

#include <systemd/sd-event.h>

struct turn {
	sd_event *event;         /* the caller's; it stays */
	sd_event_source *source; /* owned; NULL: no turn is wanted */
	void (*fn)(void *userdata);
	void *userdata;
};

/* Prepares *turn, whose place in memory stays, and which turn_end() ends. */
void turn_begin(struct turn *turn, sd_event *event, void (*fn)(void *userdata), void *userdata);

/*
 * fn is to be called once, in a later turn of the loop; it may ask for the next one.  0, or
 * -ENOMEM.
 *
 * sd-event takes of the sources that are pending, at one priority, the one that has been so for
 * longest.  A deferred source is pending from its creation to its end, so one that is enabled again
 * and again goes before all others each time, and they wait until it is disabled.  Each turn
 * therefore has a new source.
 */
int turn_want(struct turn *turn);

/* No turn is wanted any more. */
void turn_end(struct turn *turn);
