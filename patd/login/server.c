/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The login server: connections on root.sock, from accept() to the reply. */
#include "patd/login/server.h"

#include <errno.h>
#include <poll.h>
#include <sodium.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "common/cleanup.h"
#include "patd/login/arrivals.h"
#include "patd/login/pending.h"
#include "patd/util/log.h"
#include "patd/util/ratelimit.h"
#include "protocol/request.h"

#define ACCEPTS_MAX 16U /* connections taken in one go, before others have their turn */
#define ACCEPTS_GROW 8U /* turns that find as many as they take, until they take twice that */
#define ARRIVAL_NS 200000
#define REQUESTS_PER_S 20 /* of one uid on the long run, and at once */
#define REQUESTS_BURST 40
#define LOG_INTERVAL_US (UINT64_C(60) * 1000 * 1000)

struct login_server {
	sd_event *event;
	struct decider decider;
	struct login_others others;
	struct pending *pending;
	sd_event_source *source;
	struct arrivals *arrivals;
	struct ratelimit ratelimit; /* on user.sock */
	struct {
		struct asker asker;
		struct pat_reply reply;
	} replies[ACCEPTS_MAX];
	unsigned int replies_due;
	unsigned int accepts, full_turns; /* as many connections as clients come at a time */
	bool committing;
	uint64_t logged_us, connected_us;
	union {
		uint32_t magic;
		struct pat_request login;
		struct pat_session session;
		struct request other;
	} packet; /* received last */
};

struct verification {
	struct login_server *server;
	struct asker asker;
	bool for_root;
	uint32_t uid; /* whose place it takes if it is deferred */
	uint64_t id;  /* 0: it is not deferred */
};

static uint64_t now_us(const struct login_server *server)
{
	uint64_t now;

	return sd_event_now(server->event, CLOCK_MONOTONIC, &now) < 0 ? 0 : now;
}

static void reply_now(const struct asker *asker, const struct pat_reply *reply, void *userdata)
{
	const struct login_server *server = userdata;

	if (asker->fd >= 0) {
		/* A client that has gone, or does not read, loses its reply. */
		(void)send(asker->fd, reply, sizeof(*reply), MSG_NOSIGNAL | MSG_DONTWAIT);
		close(asker->fd);
	} else if (server->others.reply) {
		server->others.reply(asker->cookie, reply, server->others.userdata);
	}
}

static void send_replies(struct login_server *server)
{
	server->committing = true;
	server->decider.commit(server->decider.userdata);
	server->committing = false;
	for (unsigned int i = 0; i < server->replies_due; i++)
		reply_now(&server->replies[i].asker, &server->replies[i].reply, server);
	server->replies_due = 0;
}

/*
 * Takes the asker's connection over.  Whoever queues calls send_replies() before it returns to the
 * loop.
 */
static void queue_reply(
	struct login_server *server, const struct asker *asker, const struct pat_reply *reply)
{
	server->replies[server->replies_due].asker = *asker;
	server->replies[server->replies_due++].reply = *reply;
}

/* Takes the asker's connection over. */
static void decide(struct login_server *server, const struct asker *asker, uint32_t caller_uid,
	const struct pat_request *request)
{
	const struct decider *decider = &server->decider;
	const bool for_root = asker->fd >= 0;
	struct pat_reply reply = { .magic = PAT_REPLY_MAGIC, .verdict = PAT_FAILED };
	struct verification verification = {
		.server = server,
		.asker = *asker,
		.for_root = for_root,
		.uid = for_root ? request->uid : caller_uid,
	};

	decider->decide(&verification, caller_uid, request, &reply, decider->userdata);
	if (verification.id == 0)
		queue_reply(server, asker, &reply);
	else if (reply.verdict == PAT_ASKED)
		pending_ask(server->pending, verification.id, &reply);
}

int verification_defer(struct verification *verification, uint64_t *ret_id)
{
	int r = pending_add(verification->server->pending, &verification->asker, verification->uid,
		verification->for_root, ret_id);

	if (r < 0)
		return r;
	verification->id = *ret_id;
	return 0;
}

int login_server_reply(struct login_server *server, uint64_t id, const struct pat_reply *reply)
{
	struct asker asker;
	int r;

	/* It would overtake the commit, and replies[] may be full. */
	if (server->committing)
		return -EDEADLK;
	r = pending_take(server->pending, id, &asker);
	if (r < 0)
		return r;
	queue_reply(server, &asker, reply);
	send_replies(server);
	return 0;
}

void login_server_verify(struct login_server *server, uint32_t caller_uid,
	const struct pat_request *request, uint64_t cookie)
{
	static const struct pat_reply busy = { .magic = PAT_REPLY_MAGIC, .verdict = PAT_BUSY };
	const struct asker asker = { .fd = -1, .cookie = cookie };
	const struct decider *decider = &server->decider;

	if (decider->is_verifier(caller_uid, decider->userdata) ||
		ratelimit_take(&server->ratelimit, caller_uid, now_us(server)))
		decide(server, &asker, caller_uid, request);
	else
		queue_reply(server, &asker, &busy);
	send_replies(server);
}

void login_server_set_others(struct login_server *server, const struct login_others *others)
{
	server->others = others ? *others : (struct login_others) { 0 };
}

uint64_t login_server_root_idle_us(const struct login_server *server)
{
	return now_us(server) - server->connected_us;
}

/* Once a minute at most, whatever strangers send. */
static void log_malformed(struct login_server *server, uint32_t uid)
{
	uint64_t now = now_us(server);

	if (server->logged_us != 0 && now - server->logged_us < LOG_INTERVAL_US)
		return;
	server->logged_us = now;
	log_warning("uid %u sent a malformed verification request", uid);
}

/*
 * A client sends as soon as it is connected, but not quite as soon as patd sees it.  To wait the
 * few microseconds here costs less than to go through the loop.
 */
static bool request_arrives(int fd)
{
	const struct timespec wait = { .tv_nsec = ARRIVAL_NS };
	struct pollfd poll = { .fd = fd, .events = POLLIN };

	return ppoll(&poll, 1, &wait, NULL) > 0;
}

/* Takes the asker's connection over. */
static void take_session(
	struct login_server *server, const struct asker *asker, const struct pat_session *session)
{
	struct pat_reply reply = { .magic = PAT_REPLY_MAGIC, .verdict = PAT_FAILED };

	server->decider.session(session, &reply, server->decider.userdata);
	queue_reply(server, asker, &reply);
}

/* Takes fd over.  n: the length of what was received, or the end of the connection. */
static void take_packet(struct login_server *server, int fd, uint32_t uid, ssize_t n)
{
	const struct login_others *others = &server->others;
	const struct asker asker = { .fd = fd };

	if (n > 0 && pat_request_check(&server->packet.login, (size_t)n)) {
		decide(server, &asker, uid, &server->packet.login);
	} else if (n > 0 && uid == 0 && pat_session_check(&server->packet.session, (size_t)n)) {
		take_session(server, &asker, &server->packet.session);
	} else if (n >= (ssize_t)sizeof(server->packet.magic) && uid == 0 && others->take &&
		   server->packet.magic == REQUEST_MAGIC) {
		others->take(fd, &server->packet, (size_t)n, others->userdata);
	} else {
		if (n > 0)
			log_malformed(server, uid);
		close(fd);
	}
}

/* Reads the request and takes fd over, or returns false.  fresh: the client has just connected. */
static bool take_request(struct login_server *server, int fd, uint32_t uid, bool fresh)
{
	const size_t size = sizeof(server->packet);
	ssize_t n;

	/* MSG_TRUNC: the packet's true length, so that one too long is seen. */
	n = recv(fd, &server->packet, size, MSG_DONTWAIT | MSG_TRUNC);
	if (n < 0 && errno == EAGAIN && fresh && request_arrives(fd))
		n = recv(fd, &server->packet, size, MSG_DONTWAIT | MSG_TRUNC);
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return false;
	take_packet(server, fd, uid, n);
	if (n > 0)
		sodium_memzero(&server->packet, (size_t)n < size ? (size_t)n : size);
	return true;
}

/* Takes fd over. */
static void serve(struct login_server *server, int fd, uint32_t uid, bool fresh)
{
	if (!take_request(server, fd, uid, fresh))
		arrivals_add(server->arrivals, fd, uid);
}

static void on_request(int fd, uint32_t uid, void *userdata)
{
	struct login_server *server = userdata;

	serve(server, fd, uid, false);
	send_replies(server);
}

/* Takes fd over, of a client that has just connected. */
static void accept_client(struct login_server *server, int fd)
{
	struct ucred peer;
	socklen_t size = sizeof(peer);

	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &size) < 0)
		close(fd);
	else
		serve(server, fd, peer.uid, true);
}

/*
 * Those of replies; else that of a connection that owes its request, or of the login that has
 * waited longest for its verdict.
 */
static void free_descriptors(struct login_server *server)
{
	if (server->replies_due > 0)
		send_replies(server);
	else if (!arrivals_close_oldest(server->arrivals))
		(void)pending_refuse_oldest(server->pending);
}

/*
 * To ask for a connection that has not come costs as much as to take one.  So no more are asked for
 * than came the last times.
 */
static void expect_connections(struct login_server *server, bool found_all)
{
	if (!found_all) {
		server->accepts = 1;
		server->full_turns = 0;
	} else if (++server->full_turns >= ACCEPTS_GROW && server->accepts < ACCEPTS_MAX) {
		server->accepts *= 2;
		server->full_turns = 0;
	}
}

static int on_connect(sd_event_source *source, int listening, uint32_t revents, void *userdata)
{
	struct login_server *server = userdata;
	unsigned int taken = 0;

	(void)source;
	(void)revents;
	server->connected_us = now_us(server);
	for (; taken < server->accepts; taken++) {
		int fd = accept4(listening, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);

		if (fd < 0) {
			/* One is freed, and the loop comes back here. */
			if (errno == EMFILE || errno == ENFILE)
				free_descriptors(server);
			break;
		}
		accept_client(server, fd);
	}
	expect_connections(server, taken == server->accepts);
	send_replies(server);
	return 0;
}

DEFINE_CLEANUP(login_server_free, login_server)

int login_server_new(sd_event *event, const struct listeners *listeners,
	const struct decider *decider, struct login_server **ret_server)
{
	cleanup_with(login_server_free) struct login_server *server = calloc(1, sizeof(*server));
	const struct pending_calls calls = { reply_now, server, decider->cancel, decider->describe,
		decider->userdata };
	int r;

	if (!server)
		return -ENOMEM;
	server->event = sd_event_ref(event);
	server->accepts = 1;
	server->decider = *decider;
	server->ratelimit.cost_us = UINT64_C(1000000) / REQUESTS_PER_S;
	server->ratelimit.burst = REQUESTS_BURST;
	r = pending_new(event, &calls, &server->pending);
	if (r < 0)
		return r;
	r = arrivals_new(event, on_request, server, &server->arrivals);
	if (r < 0)
		return r;
	r = sd_event_add_io(
		event, &server->source, listeners->root_fd, EPOLLIN, on_connect, server);
	if (r < 0)
		return r;
	*ret_server = TAKE(server);
	return 0;
}

void login_server_free(struct login_server *server)
{
	if (!server)
		return;
	pending_free(server->pending);
	arrivals_free(server->arrivals);
	sd_event_source_disable_unref(server->source);
	sd_event_unref(server->event);
	free(server);
}
