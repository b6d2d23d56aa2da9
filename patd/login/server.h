/*
 * The verification door: takes requests from the two listening sockets, asks the rules, replies.
 *
 * A connection brings one request and gets one reply.  Requests that wait together share one
 * transaction, and their replies follow its commit at once.  Root's socket comes first; on the
 * other one each uid has its ration.
 */
#ifndef PATD_LOGIN_SERVER_H
#define PATD_LOGIN_SERVER_H

#include <systemd/sd-event.h>

#include "patd/login/listeners.h"
#include "patd/tokens/tokens.h"

struct verify;

/* The listeners and the rules must outlive it. */
int verify_new(sd_event *event, const struct listeners *listeners, struct tokens *tokens,
	struct verify **ret_verify);

/* Closes what waits for a request.  NULL is allowed. */
void verify_free(struct verify *verify);

#endif
