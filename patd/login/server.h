/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The login server: takes requests from the two verification sockets, asks the decider, replies.
 *
 * A connection brings one request and gets one reply.  Requests that wait together share one
 * transaction, and their replies follow its commit at once.  Root's socket comes first; on the
 * other one each uid has its rate limit.
 *
 * A verdict may come later, after a disk, a person or another machine was waited for: the login
 * that it is about waits alone, within the bounds of patd/login/pending.h, and all others are
 * served meanwhile.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <systemd/sd-event.h>

#include "common/wire.h"
#include "patd/login/listeners.h"

struct login_server;
struct tokens;

/* A request while decide() is about it. */
struct verification;

/* Makes the verdicts.  All functions are called in the loop and must not block it. */
struct decider {
	/*
	 * Decides on a request that passed pat_request_check(), sent by a process of caller_uid.
	 * *ret_reply is PAT_FAILED at first.  Either decide() fills it; or the verdict comes
	 * later, and decide() calls verification_defer().  The request is wiped after decide(),
	 * which keeps no copy of the digest.
	 */
	void (*decide)(struct verification *verification, uint32_t caller_uid,
		const struct pat_request *request, struct pat_reply *ret_reply, void *userdata);
	/*
	 * Nobody waits for that verdict any more: the client has gone, the time is over, or the
	 * server ends.  NULL if verdicts never come later.
	 */
	void (*cancel)(uint64_t id, void *userdata);
	/*
	 * Commits what the verdicts recorded; their replies are sent after that.  Must not call
	 * login_server_reply().
	 */
	void (*commit)(void *userdata);
	/* Whether uid is a verifier account, which has no rate limit. */
	bool (*is_verifier)(uint32_t uid, void *userdata);
	void *userdata;
};

/* The listeners and what decider->userdata points to must outlive it. */
int login_server_new(sd_event *event, const struct listeners *listeners,
	const struct decider *decider, struct login_server **ret_server);

/* Refuses what waits for a verdict, and closes what waits for a request.  NULL is allowed. */
void login_server_free(struct login_server *server);

/*
 * Keeps the connection open until login_server_reply() or cancel() is called with *ret_id, which
 * is never 0 and never comes again.  At most once for a verification.  -EBUSY: too many wait, of
 * all or of that uid; or another negative errno.
 */
int verification_defer(struct verification *verification, uint64_t *ret_id);

/*
 * Commits, sends the verdict that was deferred, and closes its connection.  -ENOENT, and the
 * reply goes to nobody: the wait has ended, and cancel() was called.  -EDEADLK from within
 * commit().
 */
int login_server_reply(struct login_server *server, uint64_t id, const struct pat_reply *reply);
