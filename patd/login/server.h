/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The login server: takes requests and word of sessions from root.sock, and those of user.sock that
 * patd-bus passes on, asks the decider, replies.
 *
 * A connection brings one request and gets one reply.  Requests that wait together share one
 * transaction, and their replies follow its commit at once.  Those of root.sock come first; of the
 * others each uid has its rate limit.
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
	 * later, and decide() calls verification_defer(): then it is not sent, but for PAT_ASKED,
	 * which is no verdict yet.  The request is wiped after decide(),
	 * which keeps no copy of the digest.
	 */
	void (*decide)(struct verification *verification, uint32_t caller_uid,
		const struct pat_request *request, struct pat_reply *ret_reply, void *userdata);
	/*
	 * Nobody waits for that verdict any more: the client has gone, the time is over, or the
	 * server ends.  NULL if verdicts never come later.
	 */
	void (*cancel)(uint64_t id, void *userdata);
	/* The process that asks, after a verdict PAT_ASKED; once. */
	void (*describe)(uint64_t id, const struct pat_process *process, void *userdata);
	/*
	 * A session that passed pat_session_check() opens or closes, as root says.  Fills
	 * *ret_reply, which is PAT_FAILED at first.
	 */
	void (*session)(
		const struct pat_session *session, struct pat_reply *ret_reply, void *userdata);
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

/* What else there is beside the logins of root.sock; all functions are called in the loop. */
struct login_others {
	/* Takes fd over, of root, whose first packet has the magic of protocol/request.h. */
	void (*take)(int fd, const void *packet, size_t len, void *userdata);
	/* The reply for a request of login_server_verify(). */
	void (*reply)(uint64_t cookie, const struct pat_reply *reply, void *userdata);
	void *userdata;
};

/* NULL: from now on such connections are closed, and such replies dropped. */
void login_server_set_others(struct login_server *server, const struct login_others *others);

/*
 * Decides on a request that passed pat_request_check(), of caller_uid on user.sock.  The reply is
 * given to others->reply() with the cookie, within this call or later.
 */
void login_server_verify(struct login_server *server, uint32_t caller_uid,
	const struct pat_request *request, uint64_t cookie);

/* How long ago, in microseconds, the latest connection on root.sock was. */
uint64_t login_server_root_idle_us(const struct login_server *server);

/*
 * Keeps whoever asks waiting until login_server_reply() or cancel() is called with *ret_id, which
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
