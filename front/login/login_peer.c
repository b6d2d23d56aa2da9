/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What is done to a connection without waiting for its peer. */
#include "front/login/login_peer.h"

#include <errno.h>
#include <stdalign.h>
#include <stdbool.h>
#include <sys/socket.h>
#include <unistd.h>

#define PACKETS_MAX 8U /* read away before a connection is closed */

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

/*
 * The length of the next packet, which has no descriptors; or a negative errno.  -ENODATA: there is
 * none.  An empty packet differs from none at all in that it has credentials.
 */
static ssize_t peek_at_next(int fd)
{
	alignas(struct cmsghdr) char control[CMSG_SPACE(sizeof(struct ucred))];
	char byte;
	struct iovec data = { &byte, 1 };
	struct msghdr message = {
		.msg_iov = &data,
		.msg_iovlen = 1,
		.msg_control = control,
		.msg_controllen = sizeof(control),
	};
	ssize_t n = recvmsg(fd, &message, MSG_PEEK | MSG_TRUNC | MSG_DONTWAIT);

	if (n < 0)
		return -errno;
	if (message.msg_flags & MSG_CTRUNC)
		return -EBADMSG;
	return n == 0 && message.msg_controllen == 0 ? -ENODATA : n;
}

/* Reads away what is left after a shutdown.  Whether nothing is: then its close does not block. */
static bool drain(int fd)
{
	const int on = 1;
	char byte;

	if (setsockopt(fd, SOL_SOCKET, SO_PASSCRED, &on, sizeof(on)) < 0)
		return false;
	for (unsigned int i = 0; i < PACKETS_MAX; i++) {
		ssize_t n = peek_at_next(fd);

		if (n == -ENODATA)
			return true;
		/* That the peer was reset is told once. */
		if (n == -ECONNRESET)
			continue;
		if (n < 0 || recv(fd, &byte, sizeof(byte), MSG_DONTWAIT) < 0)
			return false;
	}
	return false;
}

void login_peer_end(struct closers *closers, const struct login_peer *peer)
{
	(void)shutdown(peer->fd, SHUT_RDWR);
	if (drain(peer->fd))
		(void)close(peer->fd);
	else
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
