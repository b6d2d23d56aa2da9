/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Connections that owe their request: so many, and each for so long.  The one that has been silent
 * longest makes room.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <systemd/sd-event.h>

struct arrivals;

/* Something has come from the uid, or the end of the connection.  Takes fd over. */
typedef void (*arrival_fn)(int fd, uint32_t uid, void *userdata);

/* 0, or a negative errno. */
int arrivals_new(sd_event *event, arrival_fn fn, void *userdata, struct arrivals **ret_arrivals);
/* Closes the connections.  NULL is allowed. */
void arrivals_free(struct arrivals *arrivals);

/* Takes fd over, and closes it if nothing comes. */
void arrivals_add(struct arrivals *arrivals, int fd, uint32_t uid);

/* The one that has been silent longest.  False: there is none. */
bool arrivals_close_oldest(struct arrivals *arrivals);
