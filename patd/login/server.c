/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The login server: connections on the verification sockets, from accept() to the reply. */
#include "patd/login/server.h"

#include <errno.h>
#include <poll.h>
#include <sodium.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/queue.h>
#include <sys/socket.h>
#include <unistd.h>

#include "common/cleanup.h"
#include "patd/login/pending.h"
#include "patd/util/log.h"
#include "patd/util/ratelimit.h"

#define ACCEPTS_MAX 16U      /* connections taken in one go, before others have their turn */
#define CONNECTIONS_MAX 256U /* waiting for their request, of each socket */
#define REQUEST_TIMEOUT_US (UINT64_C(3) * 1000 * 1000) /* as long as pam_pat waits by default */
#define ARRIVAL_NS 200000
#define REQUESTS_PER_S 20 /* of one uid on the long run, and at once */
#define REQUESTS_BURST 40
#define LOG_INTERVAL_US (UINT64_C(60) * 1000 * 1000)
#define PRIORITY_ROOT (-20)

struct connection {
	struct verification_socket *socket;
	TAILQ_ENTRY(connection) entry;
	sd_event_source *source;
	int fd;
	uint32_t uid;
	uint64_t deadline_us;
};

TAILQ_HEAD(connections, connection);

/* One of the two sockets, with the connections on it that owe a request, oldest first. */
struct verification_socket {
	struct login_server *server;
	bool for_root;
	int priority; /* in the loop */
	sd_event_source *source, *timer;
	struct connections waiting, unused;
	struct connection connections[CONNECTIONS_MAX];
};

struct login_server {
	sd_event *event;
	struct decider decider;
	struct pending *pending;
	struct verification_socket root, user;
	struct ratelimit ratelimit;
	struct {
		int fd;
		struct pat_reply reply;
	} replies[ACCEPTS_MAX];
	unsigned int replies_due;
	bool committing;
	uint64_t logged_us;
};

struct verification {
	struct verification_socket *socket;
	int fd;
	uint32_t uid; /* whose place it takes if it is deferred */
	bool deferred;
};

static uint64_t now_us(struct login_server *server)
{
	uint64_t now;

	return sd_event_now(server->event, CLOCK_MONOTONIC, &now) < 0 ? 0 : now;
}

static void send_replies(struct login_server *server)
{
	server->committing = true;
	server->decider.commit(server->decider.userdata);
	server->committing = false;
	for (unsigned int i = 0; i < server->replies_due; i++) {
		/* A client that has gone, or does not read, loses its reply. */
		(void)send(server->replies[i].fd, &server->replies[i].reply,
			sizeof(server->replies[i].reply), MSG_NOSIGNAL | MSG_DONTWAIT);
		close(server->replies[i].fd);
	}
	server->replies_due = 0;
}

/* Takes fd over.  Whoever queues calls send_replies() before it returns to the loop. */
static void queue_reply(struct login_server *server, int fd, const struct pat_reply *reply)
{
	server->replies[server->replies_due].fd = fd;
	server->replies[server->replies_due++].reply = *reply;
}

/* Takes fd over.  caller_uid: of the peer. */
static void decide(struct verification_socket *socket, int fd, uint32_t caller_uid,
	const struct pat_request *request)
{
	const struct decider *decider = &socket->server->decider;
	struct pat_reply reply = { .magic = PAT_REPLY_MAGIC, .verdict = PAT_FAILED };
	struct verification verification = {
		.socket = socket,
		.fd = fd,
		.uid = socket->for_root ? request->uid : caller_uid,
	};

	decider->decide(&verification, caller_uid, request, &reply, decider->userdata);
	if (!verification.deferred)
		queue_reply(socket->server, fd, &reply);
}

int verification_defer(struct verification *verification, uint64_t *ret_id)
{
	const struct verification_socket *socket = verification->socket;
	int r = pending_add(socket->server->pending, verification->fd, verification->uid,
		socket->for_root, ret_id);

	if (r < 0)
		return r;
	verification->deferred = true;
	return 0;
}

int login_server_reply(struct login_server *server, uint64_t id, const struct pat_reply *reply)
{
	int fd;

	/* It would overtake the commit, and replies[] may be full. */
	if (server->committing)
		return -EDEADLK;
	fd = pending_take(server->pending, id);
	if (fd < 0)
		return fd;
	queue_reply(server, fd, reply);
	send_replies(server);
	return 0;
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
 * few microseconds here costs less than to go through the loop.  For root alone: nobody else
 * may hold the loop, be it for so little.
 */
static bool request_arrives(int fd)
{
	const struct timespec wait = { .tv_nsec = ARRIVAL_NS };
	struct pollfd poll = { .fd = fd, .events = POLLIN };

	return ppoll(&poll, 1, &wait, NULL) > 0;
}

/* Reads the request and takes fd over, or returns false.  fresh: the client has just connected. */
static bool take_request(struct verification_socket *socket, int fd, uint32_t uid, bool fresh)
{
	struct login_server *server = socket->server;
	struct pat_request request;
	ssize_t n;

	/* MSG_TRUNC: the packet's true length, so that one too long is seen. */
	n = recv(fd, &request, sizeof(request), MSG_DONTWAIT | MSG_TRUNC);
	if (n < 0 && errno == EAGAIN && socket->for_root && fresh && request_arrives(fd))
		n = recv(fd, &request, sizeof(request), MSG_DONTWAIT | MSG_TRUNC);
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return false;
	if (n > 0 && pat_request_check(&request, (size_t)n)) {
		decide(socket, fd, uid, &request);
	} else {
		if (n > 0)
			log_malformed(server, uid);
		close(fd);
	}
	sodium_memzero(&request, sizeof(request));
	return true;
}

/* All but the fd, which someone else has taken over. */
static void connection_release(struct connection *connection)
{
	struct verification_socket *socket = connection->socket;

	connection->source = sd_event_source_disable_unref(connection->source);
	TAILQ_REMOVE(&socket->waiting, connection, entry);
	TAILQ_INSERT_HEAD(&socket->unused, connection, entry);
}

static void connection_close(struct connection *connection)
{
	int fd = connection->fd;

	connection_release(connection);
	close(fd);
}

/* For the oldest; all have the same timeout. */
static int arm_timer(struct verification_socket *socket)
{
	const struct connection *oldest = TAILQ_FIRST(&socket->waiting);
	int r;

	if (!oldest)
		return sd_event_source_set_enabled(socket->timer, SD_EVENT_OFF);
	r = sd_event_source_set_time(socket->timer, oldest->deadline_us);
	return r < 0 ? r : sd_event_source_set_enabled(socket->timer, SD_EVENT_ONESHOT);
}

static int on_request_timeout(sd_event_source *source, uint64_t usec, void *userdata)
{
	struct verification_socket *socket = userdata;
	struct connection *oldest;

	(void)source;
	while ((oldest = TAILQ_FIRST(&socket->waiting)) && oldest->deadline_us <= usec)
		connection_close(oldest);
	return arm_timer(socket);
}

static int on_request(sd_event_source *source, int fd, uint32_t revents, void *userdata);

/* Takes fd over. */
static void wait_for_request(struct verification_socket *socket, int fd, uint32_t uid)
{
	struct connection *connection;

	/* The connection that has been silent longest makes room. */
	if (TAILQ_EMPTY(&socket->unused))
		connection_close(TAILQ_FIRST(&socket->waiting));
	connection = TAILQ_FIRST(&socket->unused);
	TAILQ_REMOVE(&socket->unused, connection, entry);
	TAILQ_INSERT_TAIL(&socket->waiting, connection, entry);
	connection->fd = fd;
	connection->uid = uid;
	connection->deadline_us = now_us(socket->server) + REQUEST_TIMEOUT_US;
	if (sd_event_add_io(socket->server->event, &connection->source, fd, EPOLLIN, on_request,
		    connection) < 0 ||
		sd_event_source_set_priority(connection->source, socket->priority) < 0 ||
		arm_timer(socket) < 0)
		connection_close(connection);
}

/* Takes fd over. */
static void serve(struct verification_socket *socket, int fd, uint32_t uid, bool fresh)
{
	if (!take_request(socket, fd, uid, fresh))
		wait_for_request(socket, fd, uid);
}

static int on_request(sd_event_source *source, int fd, uint32_t revents, void *userdata)
{
	struct connection *connection = userdata;
	struct verification_socket *socket = connection->socket;
	uint32_t uid = connection->uid;

	(void)source;
	(void)revents;
	connection_release(connection);
	serve(socket, fd, uid, false);
	send_replies(socket->server);
	return 0;
}

/* A request left unread would reset the connection, and the client would not see the reply. */
static void discard_request(int fd)
{
	char byte;

	(void)shutdown(fd, SHUT_RD);
	(void)recv(fd, &byte, sizeof(byte), MSG_DONTWAIT);
}

/* Takes fd over, of a client that has just connected. */
static void accept_client(struct verification_socket *socket, int fd)
{
	static const struct pat_reply busy = { .magic = PAT_REPLY_MAGIC, .verdict = PAT_BUSY };
	struct login_server *server = socket->server;
	const struct decider *decider = &server->decider;
	struct ucred peer;
	socklen_t size = sizeof(peer);

	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &size) < 0) {
		close(fd);
		return;
	}
	if (!socket->for_root && !decider->is_verifier(peer.uid, decider->userdata) &&
		!ratelimit_take(&server->ratelimit, peer.uid, now_us(server))) {
		discard_request(fd);
		queue_reply(server, fd, &busy);
		return;
	}
	serve(socket, fd, peer.uid, true);
}

/*
 * Those of replies; else that of a connection that owes its request, a user's first, or of the
 * login that has waited longest for its verdict.
 */
static void free_descriptors(struct verification_socket *socket)
{
	struct login_server *server = socket->server;

	if (server->replies_due > 0)
		send_replies(server);
	else if (!TAILQ_EMPTY(&server->user.waiting))
		connection_close(TAILQ_FIRST(&server->user.waiting));
	else if (!TAILQ_EMPTY(&socket->waiting))
		connection_close(TAILQ_FIRST(&socket->waiting));
	else
		(void)pending_refuse_oldest(server->pending);
}

static int on_connect(sd_event_source *source, int listening, uint32_t revents, void *userdata)
{
	struct verification_socket *socket = userdata;

	(void)source;
	(void)revents;
	for (unsigned int i = 0; i < ACCEPTS_MAX; i++) {
		int fd = accept4(listening, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);

		if (fd < 0) {
			/* One is freed, and the loop comes back here. */
			if (errno == EMFILE || errno == ENFILE)
				free_descriptors(socket);
			break;
		}
		accept_client(socket, fd);
	}
	send_replies(socket->server);
	return 0;
}

static int socket_open(
	struct login_server *server, struct verification_socket *socket, int fd, bool for_root)
{
	int r;

	socket->server = server;
	socket->for_root = for_root;
	/* Root's logins, then everybody in turn, the bus among them. */
	socket->priority = for_root ? PRIORITY_ROOT : SD_EVENT_PRIORITY_NORMAL;
	TAILQ_INIT(&socket->waiting);
	TAILQ_INIT(&socket->unused);
	for (size_t i = 0; i < CONNECTIONS_MAX; i++) {
		socket->connections[i].socket = socket;
		TAILQ_INSERT_HEAD(&socket->unused, &socket->connections[i], entry);
	}
	r = sd_event_add_io(server->event, &socket->source, fd, EPOLLIN, on_connect, socket);
	if (r < 0)
		return r;
	r = sd_event_source_set_priority(socket->source, socket->priority);
	if (r < 0)
		return r;
	return sd_event_add_time(server->event, &socket->timer, CLOCK_MONOTONIC, UINT64_MAX, 0,
		on_request_timeout, socket);
}

static void socket_close(struct verification_socket *socket)
{
	while (!TAILQ_EMPTY(&socket->waiting))
		connection_close(TAILQ_FIRST(&socket->waiting));
	sd_event_source_disable_unref(socket->source);
	sd_event_source_disable_unref(socket->timer);
}

DEFINE_CLEANUP(login_server_free, login_server)

int login_server_new(sd_event *event, const struct listeners *listeners,
	const struct decider *decider, struct login_server **ret_server)
{
	cleanup_with(login_server_free) struct login_server *server = calloc(1, sizeof(*server));
	int r;

	if (!server)
		return -ENOMEM;
	server->event = sd_event_ref(event);
	server->decider = *decider;
	server->ratelimit.cost_us = UINT64_C(1000000) / REQUESTS_PER_S;
	server->ratelimit.burst = REQUESTS_BURST;
	r = pending_new(event, decider->cancel, decider->userdata, &server->pending);
	if (r < 0)
		return r;
	r = socket_open(server, &server->root, listeners->root_fd, true);
	if (r < 0)
		return r;
	r = socket_open(server, &server->user, listeners->user_fd, false);
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
	socket_close(&server->root);
	socket_close(&server->user);
	sd_event_unref(server->event);
	free(server);
}
