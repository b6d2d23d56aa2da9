/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Sending and receiving packets. */
#include "protocol/packet.h"

#include <errno.h>
#include <stdalign.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include "common/cleanup.h"
#include "common/wire.h"

/* Takes fd over, and returns it connected. */
static int connect_to(int fd, const char *path)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	cleanup_close int owned = fd;

	if (!pat_field_set(address.sun_path, sizeof(address.sun_path), path))
		return -ENAMETOOLONG;
	if (connect(owned, (const struct sockaddr *)&address, sizeof(address)) < 0)
		return -errno;
	return take_fd(&owned);
}

int packet_connect(const char *path)
{
	const struct timeval limit = { .tv_sec = PACKET_WAIT_S };
	cleanup_close int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);

	if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof(limit)) < 0)
		return -errno;
	return connect_to(take_fd(&fd), path);
}

int packet_connect_at_once(const char *path)
{
	const int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	return fd < 0 ? -errno : connect_to(fd, path);
}

int packet_send(int fd, const void *bytes, size_t len, int passed, int flags)
{
	alignas(struct cmsghdr) char control[CMSG_SPACE(sizeof(int))] = { 0 };
	struct iovec data = { .iov_len = len };
	struct msghdr message = { .msg_iov = &data, .msg_iovlen = 1 };
	struct cmsghdr *header;

	memcpy(&data.iov_base, &bytes, sizeof(bytes)); /* it is only read from */

	if (passed >= 0) {
		message.msg_control = control;
		message.msg_controllen = sizeof(control);
		header = CMSG_FIRSTHDR(&message);
		header->cmsg_level = SOL_SOCKET;
		header->cmsg_type = SCM_RIGHTS;
		header->cmsg_len = CMSG_LEN(sizeof(int));
		memcpy(CMSG_DATA(header), &passed, sizeof(int));
	}
	return sendmsg(fd, &message, flags | MSG_NOSIGNAL) < 0 ? -errno : 0;
}

/* With room for one, the kernel installs no other. */
static int passed_in(struct msghdr *message)
{
	int passed = -1;

	for (struct cmsghdr *header = CMSG_FIRSTHDR(message); header;
		header = CMSG_NXTHDR(message, header))
		if (header->cmsg_level == SOL_SOCKET && header->cmsg_type == SCM_RIGHTS &&
			header->cmsg_len == CMSG_LEN(sizeof(int)))
			memcpy(&passed, CMSG_DATA(header), sizeof(int));
	return passed;
}

ssize_t packet_receive(int fd, void *bytes, size_t size, int flags, int *ret_passed)
{
	alignas(struct cmsghdr) char control[CMSG_LEN(sizeof(int))];
	struct iovec data = { bytes, size };
	struct msghdr message = {
		.msg_iov = &data,
		.msg_iovlen = 1,
		.msg_control = control,
		.msg_controllen = sizeof(control),
	};
	ssize_t n = recvmsg(fd, &message, flags | MSG_CMSG_CLOEXEC);
	int passed;

	if (n < 0)
		return -errno;
	passed = passed_in(&message);
	if (message.msg_flags & MSG_TRUNC) {
		if (passed >= 0)
			(void)close(passed);
		return -EMSGSIZE;
	}
	*ret_passed = passed;
	return n;
}
