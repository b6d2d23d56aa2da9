/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Whether descriptors can come over a socket, and whether some do. */
#include "patd/util/passing.h"

#include <sys/socket.h>

#include "patd/util/listening.h"

bool passing_possible(int fd)
{
	int passes = 1;
	socklen_t size = sizeof(passes);

	return getsockopt(fd, SOL_SOCKET, SO_PASSRIGHTS, &passes, &size) < 0 || passes != 0;
}

bool passing_waits(int fd)
{
	char byte;
	struct iovec data = { &byte, sizeof(byte) };
	struct msghdr message = { .msg_iov = &data, .msg_iovlen = 1 };

	return recvmsg(fd, &message, MSG_PEEK | MSG_DONTWAIT) >= 0 &&
	       (message.msg_flags & MSG_CTRUNC) != 0;
}
