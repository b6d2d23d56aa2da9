/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The way in through user.sock: who connects, within the ration of its user. */
#pragma once

#include <stdbool.h>
#include <systemd/sd-event.h>

#include "front/login/login_peer.h"

struct door;

struct door_keeper {
	/* Somebody has come in, whom it takes over. */
	void (*came)(const struct login_peer *peer, void *userdata);
	/* No descriptor is left: ends a connection.  False: there is none. */
	bool (*make_room)(void *userdata);
	void *userdata;
};

/* listening must outlive it.  subuid: see front/base/subids.h. */
int door_new(sd_event *event, int listening, const char *subuid, struct closers *closers,
	const struct door_keeper *keeper, struct door **ret_door);
/* NULL is allowed. */
void door_free(struct door *door);
