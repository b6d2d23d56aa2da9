/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What is done to a connection without waiting for its peer. */
#include "front/login/login_peer.h"

#include <errno.h>
#include <sys/socket.h>

ssize_t login_peer_peek(int fd)
{
	char byte;
	struct iovec data = { &byte, 1 };
	struct msghdr message = { .msg_iov = &data, .msg_iovlen = 1 };
	ssize_t n = recvmsg(fd, &message, MSG_PEEK | MSG_TRUNC | MSG_DONTWAIT);

	if (n < 0)
		return -errno;
	return message.msg_flags & MSG_CTRUNC ? -EBADMSG : n;
}

void login_peer_end(struct closers *closers, const struct login_peer *peer)
{
	(void)shutdown(peer->fd, SHUT_RDWR);
	closers_give_fd(closers, peer->user, peer->fd);
}

void login_peer_reply(
	struct closers *closers, const struct login_peer *peer, const struct pat_reply *reply)
{
	(void)send(peer->fd, reply, sizeof(*reply), MSG_NOSIGNAL | MSG_DONTWAIT);
	login_peer_end(closers, peer);
}

void login_peer_refuse(
	struct closers *closers, const struct login_peer *peer, enum pat_verdict verdict)
{
	const struct pat_reply refusal = { .magic = PAT_REPLY_MAGIC, .verdict = verdict };

	login_peer_reply(closers, peer, &refusal);
}
