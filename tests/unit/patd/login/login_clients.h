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

#define PASSED_ON_MAX 256U

struct login_client {
	const char *dir;
	sd_event *event;
	struct listeners listeners;
	struct login_server *server;
	/* Replies to what was passed on from user.sock, by cookie; magic 0: there is none yet. */
	struct pat_reply passed_on[PASSED_ON_MAX];
	uint64_t cookies;
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

static inline void take_reply(uint64_t cookie, const struct pat_reply *reply, void *userdata)
{
	struct login_client *login = userdata;

	assert_true(cookie < login->cookies);
	assert_int_equal(login->passed_on[cookie].magic, 0);
	assert_true(pat_reply_check(reply, sizeof(*reply)));
	login->passed_on[cookie] = *reply;
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
	login->listeners.front_fd = -1;
	assert_int_equal(
		login_server_new(login->event, &login->listeners, decider, &login->server), 0);
	login_server_set_others(login->server,
		&(const struct login_others) { .reply = take_reply, .userdata = login });
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

/* As patd-bus passes on what a process of that uid sent to user.sock.  Returns the cookie. */
static inline uint64_t pass_on(
	struct login_client *login, uint32_t uid, const struct pat_request *request)
{
	const uint64_t cookie = login->cookies++;

	assert_true(cookie < PASSED_ON_MAX);
	login_server_verify(login->server, uid, request, cookie);
	return cookie;
}

static inline bool is_undecided(const struct login_client *login, uint64_t cookie)
{
	return login->passed_on[cookie].magic == 0;
}

static inline uint32_t verdict_on(const struct login_client *login, uint64_t cookie)
{
	assert_false(is_undecided(login, cookie));
	return login->passed_on[cookie].verdict;
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
