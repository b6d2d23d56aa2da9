/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Connecting to patd, sending a request and receiving the reply, before a deadline. */
#include "pam_pat/ask.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pwd.h>
#include <security/pam_modutil.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "common/cleanup.h"
#include "pam_pat/end_signals.h"

#define USEC_PER_MSEC INT64_C(1000)
#define USEC_PER_SEC INT64_C(1000000)

/* Microseconds since boot. */
static int64_t now(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t); /* cannot fail */
	return (int64_t)t.tv_sec * USEC_PER_SEC + t.tv_nsec / 1000;
}

/*
 * Limits the next connect() or recv() to the time that is left.  After it they fail with EAGAIN, a
 * tick of the kernel early or late, and are repeated until this returns -ETIMEDOUT.
 *
 * The socket blocks for the sake of connect(): if the backlog is full, a non-blocking connect()
 * fails at once, and poll() cannot wait for the next free place.  A blocking one waits for it in
 * the kernel's queue.
 */
static int limit(int fd, int option, int64_t deadline)
{
	int64_t left = deadline - now();
	struct timeval t = { .tv_sec = left / USEC_PER_SEC, .tv_usec = left % USEC_PER_SEC };

	if (left <= 0) /* and a timeout of 0 would be none at all */
		return -ETIMEDOUT;
	return setsockopt(fd, SOL_SOCKET, option, &t, sizeof(t)) < 0 ? -errno : 0;
}

/* A host may run with 0, 1 or 2 closed; its next printf() must not reach patd. */
static int socket_new(void)
{
	cleanup_close int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
	int moved;

	if (fd < 0)
		return -errno;
	if (fd > STDERR_FILENO)
		return take_fd(&fd);
	moved = fcntl(fd, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
	return moved < 0 ? -errno : moved;
}

static int socket_connect(int fd, const char *path, int64_t deadline)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int r;

	if (!pat_field_set(address.sun_path, sizeof(address.sun_path), path))
		return -ENAMETOOLONG;

	/* Interrupted, a connect() of AF_UNIX has not begun: it is made again. */
	do {
		r = limit(fd, SO_SNDTIMEO, deadline);
		if (r < 0)
			return r;
		r = connect(fd, (const struct sockaddr *)&address, sizeof(address));
	} while (r < 0 && (errno == EINTR || errno == EAGAIN));

	return r < 0 ? -errno : 0;
}

/* The peer is the process that called listen(): systemd, if it holds the socket for patd. */
static int peer_check(pam_handle_t *pamh, int fd)
{
	struct ucred peer;
	socklen_t len = sizeof(peer);
	const struct passwd *patd;

	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &len) < 0)
		return -errno;
	if (peer.uid == 0)
		return 0;
	patd = pam_modutil_getpwnam(pamh, ASK_PEER);
	return patd != NULL && patd->pw_uid == peer.uid ? 0 : -EPERM;
}

/* -ECONNRESET: the end, with the request unread; -ENODATA: with it read. */
static int reply_receive(int fd, int64_t deadline, struct pat_reply *ret_reply)
{
	struct pat_reply reply;
	ssize_t n;

	do {
		int r = limit(fd, SO_RCVTIMEO, deadline);

		if (r < 0)
			return r;
		/* MSG_TRUNC: the length of the packet, even where it did not fit. */
		n = recv(fd, &reply, sizeof(reply), MSG_TRUNC);
	} while (n < 0 && (errno == EINTR || errno == EAGAIN));

	/*
	 * The kernel looks for a packet, then for the end: if patd sends and closes in between, the
	 * end is reported before the reply, once in 600,000 times on two processors.
	 */
	if (n == 0)
		n = recv(fd, &reply, sizeof(reply), MSG_TRUNC | MSG_DONTWAIT);
	if (n < 0)
		return -errno;
	if (n == 0)
		return -ENODATA;
	if (!pat_reply_check(&reply, (size_t)n))
		return -EPROTO;
	*ret_reply = reply;
	return 0;
}

/* One packet to patd: a request, or a session. */
struct packet {
	const void *data;
	size_t size;
};

static int ask_once(pam_handle_t *pamh, const char *path, int64_t deadline,
	const struct packet *packet, struct pat_reply *ret_reply, int *ret_fd)
{
	cleanup_close int fd = socket_new();
	bool sent;
	int r;

	if (fd < 0)
		return fd;
	r = socket_connect(fd, path, deadline);
	if (r < 0)
		return r;
	r = peer_check(pamh, fd);
	if (r < 0)
		return r;
	/*
	 * A packet is sent whole or not at all, and the first one never waits for room.  EPIPE:
	 * patd has closed the connection, perhaps after a reply that did not need the request.
	 */
	sent = send(fd, packet->data, packet->size, MSG_NOSIGNAL) >= 0;
	if (!sent && errno != EPIPE)
		return -errno;
	r = reply_receive(fd, deadline, ret_reply);
	if (r == 0 && ret_reply->verdict == PAT_ASKED)
		*ret_fd = take_fd(&fd);
	return r == -ENODATA && !sent ? -ECONNRESET : r;
}

static int ask_packet(pam_handle_t *pamh, const char *path, unsigned int timeout,
	const struct packet *packet, struct pat_reply *ret_reply, int *ret_fd)
{
	int64_t deadline = now() + timeout * USEC_PER_MSEC;
	int r = ask_once(pamh, path, deadline, packet, ret_reply, ret_fd);

	/*
	 * systemd ends what waits when patd has crashed, or could not start; the next connection
	 * waits for the next patd, or starts one.  Once, and never what a patd has read: it may
	 * have counted a use.
	 */
	if (r == -ECONNRESET) {
		(void)poll(NULL, 0, PAT_REPEAT_MS);
		r = ask_once(pamh, path, deadline, packet, ret_reply, ret_fd);
	}
	return r == -ENODATA ? -ECONNRESET : r;
}

int ask(pam_handle_t *pamh, const char *path, unsigned int timeout,
	const struct pat_request *request, struct pat_reply *ret_reply, int *ret_fd)
{
	const struct packet packet = { request, sizeof(*request) };

	return ask_packet(pamh, path, timeout, &packet, ret_reply, ret_fd);
}

int ask_session(pam_handle_t *pamh, const char *path, unsigned int timeout,
	const struct pat_session *session, struct pat_reply *ret_reply)
{
	const struct packet packet = { session, sizeof(*session) };
	cleanup_close int fd = -1;
	struct pat_reply reply = { 0 };
	int r = ask_packet(pamh, path, timeout, &packet, &reply, &fd);

	if (r < 0)
		return r;
	if (reply.verdict == PAT_ASKED)
		return -EPROTO;
	*ret_reply = reply;
	return 0;
}

/*
 * A program that is to end waits no more, and patd ends the request with the connection.  It is not
 * let in either if the verdict comes at the same time, or is read too late, as after it was
 * suspended.
 */
static int approval_await(int fd, int64_t deadline)
{
	cleanup_end_signals struct end_signals signals = END_SIGNALS_NONE;
	struct pollfd events[2] = { { .fd = fd, .events = POLLIN } };
	int64_t left;
	int n, r = end_signals_hold(&signals);

	if (r < 0)
		return r;
	events[1] = (struct pollfd) { .fd = signals.fd, .events = POLLIN };
	do {
		left = deadline - now();
		n = left <= 0 ? 0 : poll(events, 2, (int)(left / USEC_PER_MSEC) + 1);
	} while (left > 0 && (n == 0 || (n < 0 && errno == EINTR)));

	if (n < 0)
		return -errno;
	if (n > 0 && events[1].revents != 0)
		return -ECANCELED;
	return deadline <= now() ? -ETIMEDOUT : 0;
}

int ask_approval(int fd, const struct pat_process *process, unsigned int timeout,
	struct pat_reply *ret_reply)
{
	int64_t deadline = now() + timeout * USEC_PER_MSEC;
	struct pat_reply reply = { 0 };
	int r;

	if (send(fd, process, sizeof(*process), MSG_NOSIGNAL) < 0)
		return -errno;
	r = approval_await(fd, deadline);
	if (r == 0)
		r = reply_receive(fd, deadline, &reply);
	if (r == 0 && reply.verdict == PAT_ASKED)
		r = -EPROTO;
	if (r == 0)
		*ret_reply = reply;
	return r == -ENODATA ? -ECONNRESET : r;
}

const char *ask_problem(int error)
{
	switch (-error) {
	case ETIMEDOUT:
		return "patd did not answer in time";
	case EPERM:
		return "the socket is not patd's";
	case ECANCELED:
		return "the program was told to end while it waited for an approval";
	case ECONNRESET:
		return "patd closed the connection";
	case EPROTO:
		return "patd's answer is malformed";
	case ENOENT:
	case ECONNREFUSED:
		return "patd is not running";
	default:
		return strerror(-error);
	}
}
