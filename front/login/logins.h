/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Logins that do not run as root: connections on user.sock, each with one request, which patd
 * decides on, and one reply.
 *
 * Whatever a stranger passes with a packet is closed by a thread, so that nobody else waits for it.
 */
#pragma once

#include <systemd/sd-event.h>

#include "front/base/closers.h"

struct logins;

/*
 * Serves user_fd, a listening socket that must outlive it, and asks patd over the socket at path
 * patd.  subuid: see front/base/subids.h.
 */
int logins_new(sd_event *event, int user_fd, const char *patd, const char *subuid,
	struct closers *closers, struct logins **ret_logins);

/* patd does not start: ends what waits and whoever comes, and does not try patd again. */
void logins_give_up(struct logins *logins);

/* Closes what waits.  NULL is allowed. */
void logins_free(struct logins *logins);
