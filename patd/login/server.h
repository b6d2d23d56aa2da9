/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The login server: takes requests from the two verification sockets, asks the rules, replies.
 *
 * A connection brings one request and gets one reply.  Requests that wait together share one
 * transaction, and their replies follow its commit at once.  Root's socket comes first; on the
 * other one each uid has its rate limit.
 */
#ifndef PATD_LOGIN_SERVER_H
#define PATD_LOGIN_SERVER_H

#include <systemd/sd-event.h>

#include "patd/login/listeners.h"
#include "patd/tokens/tokens.h"

struct login_server;

/* The listeners and the rules must outlive it. */
int login_server_new(sd_event *event, const struct listeners *listeners, struct tokens *tokens,
	struct login_server **ret_server);

/* Closes what waits for a request.  NULL is allowed. */
void login_server_free(struct login_server *server);

#endif
