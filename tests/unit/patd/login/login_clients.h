/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Clients and the login server's loop in one thread: each client sends, the loop turns, the client
 * reads.  Included once, by a program's one source file.
 */
#pragma once

#include <errno.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <time.h>

#include "patd/login/server.h"
#include "tests/unit/unit.h"

struct login_client {
	const char *dir;
	sd_event *event;
	struct listeners listeners;
	struct login_server *server;
};

/* How far the server's clock is behind: what waits for a time from now on need not wait. */
static uint64_t behind_us;

/* In the place of libsystemd's. */
int sd_event_now(sd_event *event, clockid_t clock, uint64_t *ret_us)
{
	struct timespec now;

	(void)event;
	assert_int_equal(clock, CLOCK_MONOTONIC);
	assert_int_equal(clock_gettime(CLOCK_MONOTONIC, &now), 0);
	*ret_us = (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000 - behind_us;
	return 0;
}

static inline struct sockaddr_un address_of(const struct login_client *login, const char *name)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };

	(void)snprintf(address.sun_path, sizeof(address.sun_path), "%s/%s", login->dir, name);
	return address;
}

static inline int listen_at(const struct login_client *login, const char *name, mode_t mode)
{
	struct sockaddr_un address = address_of(login, name);
	int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	assert_true(fd >= 0);
	assert_int_equal(bind(fd, (const struct sockaddr *)&address, sizeof(address)), 0);
	assert_int_equal(chmod(address.sun_path, mode), 0);
	assert_int_equal(listen(fd, 1024), 0);
	return fd;
}

/* In dir, which other users can pass from here on; in a loop of its own if it has none. */
static inline void login_begin(
	struct login_client *login, const char *dir, const struct decider *decider)
{
	behind_us = 0;
	login->dir = dir;
	assert_int_equal(chmod(dir, 0711), 0);
	if (!login->event)
		assert_int_equal(sd_event_new(&login->event), 0);
	login->listeners.root_fd = listen_at(login, PAT_ROOT_SOCKET, 0600);
	login->listeners.user_fd = listen_at(login, PAT_USER_SOCKET, 0666);
	assert_int_equal(
		login_server_new(login->event, &login->listeners, decider, &login->server), 0);
}

static inline void login_end(struct login_client *login)
{
	login_server_free(login->server);
	login->event = sd_event_unref(login->event);
	listeners_close(&login->listeners);
}

/* Until the loop has nothing to do. */
static inline void turn(const struct login_client *login)
{
	int r;

	do {
		r = sd_event_run(login->event, 0);
		assert_true(r >= 0);
	} while (r > 0);
	assert_int_equal(sd_event_get_state(login->event), SD_EVENT_INITIAL);
}

static inline int connect_to(const struct login_client *login, const char *name)
{
	struct sockaddr_un address = address_of(login, name);
	int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	assert_true(fd >= 0);
	assert_int_equal(connect(fd, (const struct sockaddr *)&address, sizeof(address)), 0);
	return fd;
}

/* As that uid, which the socket remembers from here on.  Only root can. */
static inline int connect_as(const struct login_client *login, uint32_t uid)
{
	int fd;

	assert_int_equal(seteuid(uid), 0);
	fd = connect_to(login, PAT_USER_SOCKET);
	assert_int_equal(seteuid(0), 0);
	return fd;
}

static inline void ask(int fd, const struct pat_request *request)
{
	assert_int_equal(send(fd, request, sizeof(*request), MSG_NOSIGNAL), sizeof(*request));
}

/* The reply, and that nothing follows it. */
static inline struct pat_reply read_reply(int fd)
{
	struct pat_reply reply;
	ssize_t n = recv(fd, &reply, sizeof(reply), 0);

	assert_that(n >= 0, "no reply: %s", strerror(errno));
	assert_true(pat_reply_check(&reply, (size_t)n));
	assert_int_equal(recv(fd, &n, sizeof(n), 0), 0);
	close(fd);
	return reply;
}

static inline uint32_t read_verdict(int fd)
{
	return read_reply(fd).verdict;
}

static inline bool is_closed(int fd)
{
	char byte;
	ssize_t n = recv(fd, &byte, 1, MSG_PEEK);

	return n == 0 || (n < 0 && errno == ECONNRESET);
}

static inline bool is_waiting(int fd)
{
	char byte;

	return recv(fd, &byte, 1, MSG_PEEK) < 0 && errno == EAGAIN;
}
