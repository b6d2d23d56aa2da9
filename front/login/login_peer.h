/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Who has connected to user.sock, and the end of that connection: one reply, or none. */
#pragma once

#include <stdint.h>
#include <sys/types.h>

#include "common/verdict.h"
#include "common/wire.h"
#include "front/base/closers.h"

struct login_peer {
	int fd;
	uint32_t uid, user; /* its own; and whom it counts for: see front/base/subids.h */
};

/*
 * The length of the first packet, which stays where it is; or a negative errno.  -EBADMSG: it has
 * descriptors, which would be closed here if it was received.
 */
ssize_t login_peer_peek(int fd);

/* Closes its connection, in a thread if what is left unread in it may have descriptors. */
void login_peer_end(struct closers *closers, const struct login_peer *peer);

/* The same after a reply.  A client that has gone, or does not read, loses it. */
void login_peer_reply(
	struct closers *closers, const struct login_peer *peer, const struct pat_reply *reply);
void login_peer_refuse(
	struct closers *closers, const struct login_peer *peer, enum pat_verdict verdict);
