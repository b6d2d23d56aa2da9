/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Carries between patd and the hub, of which patd says where it is.  One job runs at a time, each
 * in slices, so that all have their turn: see carrier_private.h.
 */
#pragma once

#include <systemd/sd-event.h>

struct carrier;

/* socket: the path of patd's fleet.sock. */
int carrier_new(sd_event *event, const char *socket, struct carrier **ret_carrier);

/* NULL is allowed. */
void carrier_free(struct carrier *carrier);
