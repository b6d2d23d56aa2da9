/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Serves the requests of protocol/request.h: those of patd-bus, which come over front.sock, and
 * those of root's patctl, whose connections the login server hands over.
 *
 * A turn of the loop serves one request, or a slice of it, of one uid; those of root.sock and of
 * front.sock take turns.  After what somebody read over front.sock that side waits for a while, so
 * that logins do not.  What a change is answered with waits until the change is on disk.
 *
 * What patd-bus says of who asks is believed, as far as caller_of() in receive.c goes.
 */
#pragma once

#include <systemd/sd-event.h>

#include "patd/backup/online.h"
#include "patd/db/sync.h"
#include "patd/fleet/fleet_server.h"
#include "patd/login/server.h"
#include "patd/policy/policy.h"
#include "patd/tokens/tokens.h"

struct requests;

/* What requests are served with; all outlive them. */
struct requests_context {
	struct tokens *tokens;
	struct backups *backups;
	struct sync *sync;
	struct login_server *login_server; /* from now on it hands over what is not a login */
	const char *user_socket;           /* by which patd-bus is started */
	struct fleet_server *fleet;        /* NULL: there is no socket for patd-fleet */
};

/* Accepts connections on front_fd, which must outlive it. */
int requests_new(sd_event *event, int front_fd, const struct requests_context *context,
	struct requests **ret_requests);

/* Drops what is under way: after backups_free(), before login_server_free().  NULL is allowed. */
void requests_free(struct requests *requests);

/* Another policy is in force; it stays until the next call. */
void requests_set_policy(struct requests *requests, const struct policy_set *policy);
