/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Serves patd-fleet over fleet.sock, by protocol/fleet.h and doc/fleet.md: hands out what this
 * machine has signed as an issuer, takes what others have, and tells of what happens.
 *
 * There is one connection; another takes its place.  What it is told is no secret, and what it says
 * is believed only as far as an issuer has signed it, or as it takes access away.  It holds nobody
 * up: it has one question at a time, and each is a matter of some milliseconds.
 *
 * Whatever is handed out, and whatever it may forget once it is answered, is on disk before.
 */
#pragma once

#include <stdbool.h>
#include <systemd/sd-event.h>

#include "patd/db/sync.h"
#include "patd/fleet/fleet_reports.h"
#include "patd/tokens/tokens.h"

struct fleet_server;

/*
 * Accepts connections on listening_fd, which must outlive it, as must tokens and sync.  0, -ENOMEM,
 * or sd-event's error.
 */
int fleet_server_new(sd_event *event, int listening_fd, struct tokens *tokens, struct sync *sync,
	struct fleet_server **ret_server);

/* Before sync_free().  NULL is allowed. */
void fleet_server_free(struct fleet_server *server);

/* Another policy is in force: patd-fleet is told of it as a new connection is, which it makes. */
void fleet_server_renew(struct fleet_server *server);

/* Whether patd-fleet is there. */
bool fleet_server_connected(const struct fleet_server *server);

const struct fleet_reports *fleet_server_reports(const struct fleet_server *server);
