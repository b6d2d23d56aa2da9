#include "patd/login/server.h"

#include <errno.h>
#include <poll.h>
#include <sodium.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/queue.h>
#include <sys/socket.h>
#include <unistd.h>

#include "patd/util/log.h"
#include "patd/util/ratelimit.h"

#define ACCEPTS_MAX 16U      /* connections taken in one go, before others have their turn */
#define CONNECTIONS_MAX 256U /* waiting for their request, of each socket */
#define REQUEST_TIMEOUT_US (UINT64_C(3) * 1000 * 1000) /* as long as pam_pat waits by default */
#define ARRIVAL_NS 200000
#define REQUESTS_PER_S 20 /* of one uid on the long run, and at once */
#define REQUESTS_BURST 40
#define COMPLAINT_US (UINT64_C(60) * 1000 * 1000)

/* Root's logins, then everybody in turn, the bus among them. */
enum {
	PRIORITY_ROOT = -20,
	PRIORITY_USER = SD_EVENT_PRIORITY_NORMAL
};

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
	sd_event_source *source, *timer;
	struct connections waiting, unused;
	struct connection connections[CONNECTIONS_MAX];
};

struct login_server {
	sd_event *event;
	struct tokens *tokens;
	struct verification_socket root, user;
	struct ratelimit ratelimit;
	struct {
		int fd;
		struct pat_reply reply;
	} replies[ACCEPTS_MAX];
	unsigned int replies_due;
	uint64_t complained_us;
};

static uint64_t now_us(struct login_server *server)
{
	uint64_t now;

	return sd_event_now(server->event, CLOCK_MONOTONIC, &now) < 0 ? 0 : now;
}

static void send_replies(struct login_server *server)
{
	tokens_commit_usage(server->tokens);
	for (unsigned int i = 0; i < server->replies_due; i++) {
		/* A client that has gone, or does not read, has lost its answer. */
		(void)send(server->replies[i].fd, &server->replies[i].reply,
			sizeof(server->replies[i].reply), MSG_NOSIGNAL | MSG_DONTWAIT);
		close(server->replies[i].fd);
	}
	server->replies_due = 0;
}

/* Takes fd over; the caller fills the reply.  Whoever decides sends before it leaves to the loop,
 * with send_replies(). */
static struct pat_reply *decide(struct login_server *server, int fd)
{
	unsigned int i = server->replies_due++;

	server->replies[i].fd = fd;
	return &server->replies[i].reply;
}

/* Once a minute at most, whatever strangers send. */
static void complain(struct login_server *server, uint32_t uid)
{
	uint64_t now = now_us(server);

	if (server->complained_us != 0 && now - server->complained_us < COMPLAINT_US)
		return;
	server->complained_us = now;
	log_warning("uid %u sent a malformed verification request", uid);
}

/*
 * A client sends as soon as it is connected, but not quite as soon as patd sees it.  To wait the
 * few microseconds here costs less than to go through the loop.  For root alone: nobody else
 * may hold the loop, be it for so little.
 */
static bool arrives(int fd)
{
	const struct timespec wait = { .tv_nsec = ARRIVAL_NS };
	struct pollfd poll = { .fd = fd, .events = POLLIN };

	return ppoll(&poll, 1, &wait, NULL) > 0;
}

/* Reads the request and takes fd over.  False if it has not come yet.  fresh: the connection is. */
static bool take_request(struct verification_socket *socket, int fd, uint32_t uid, bool fresh)
{
	struct login_server *server = socket->server;
	struct pat_request request;
	ssize_t n;

	/* MSG_TRUNC: the packet's true length, so that one too long is seen. */
	n = recv(fd, &request, sizeof(request), MSG_DONTWAIT | MSG_TRUNC);
	if (n < 0 && errno == EAGAIN && socket->for_root && fresh && arrives(fd))
		n = recv(fd, &request, sizeof(request), MSG_DONTWAIT | MSG_TRUNC);
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return false;
	if (n > 0 && pat_request_check(&request, (size_t)n)) {
		tokens_verify(server->tokens, uid, &request, decide(server, fd));
	} else {
		if (n > 0)
			complain(server, uid);
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
static int wait_for_request(struct verification_socket *socket, int fd, uint32_t uid)
{
	struct connection *connection;
	int r;

	/* Who has kept silent longest makes room. */
	if (TAILQ_EMPTY(&socket->unused))
		connection_close(TAILQ_FIRST(&socket->waiting));
	connection = TAILQ_FIRST(&socket->unused);
	TAILQ_REMOVE(&socket->unused, connection, entry);
	TAILQ_INSERT_TAIL(&socket->waiting, connection, entry);
	connection->fd = fd;
	connection->uid = uid;
	connection->deadline_us = now_us(socket->server) + REQUEST_TIMEOUT_US;
	r = sd_event_add_io(
		socket->server->event, &connection->source, fd, EPOLLIN, on_request, connection);
	if (r >= 0)
		r = sd_event_source_set_priority(
			connection->source, socket->for_root ? PRIORITY_ROOT : PRIORITY_USER);
	if (r < 0) {
		connection_close(connection);
		return 0;
	}
	return arm_timer(socket);
}

/* Takes fd over. */
static int serve(struct verification_socket *socket, int fd, uint32_t uid, bool fresh)
{
	return take_request(socket, fd, uid, fresh) ? 0 : wait_for_request(socket, fd, uid);
}

static int on_request(sd_event_source *source, int fd, uint32_t revents, void *userdata)
{
	struct connection *connection = userdata;
	struct verification_socket *socket = connection->socket;
	uint32_t uid = connection->uid;
	int r;

	(void)source;
	(void)revents;
	connection_release(connection);
	r = serve(socket, fd, uid, false);
	send_replies(socket->server);
	return r;
}

/* A request left unread would reset the connection, and the client would not see the reply. */
static void forgo_request(int fd)
{
	char byte;

	(void)shutdown(fd, SHUT_RD);
	(void)recv(fd, &byte, sizeof(byte), MSG_DONTWAIT);
}

static int greet(struct verification_socket *socket, int fd)
{
	struct login_server *server = socket->server;
	struct ucred peer;
	socklen_t size = sizeof(peer);

	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &size) < 0) {
		close(fd);
		return 0;
	}
	if (!socket->for_root && !policy_has_verifier(tokens_policy(server->tokens), peer.uid) &&
		!ratelimit_take(&server->ratelimit, peer.uid, now_us(server))) {
		forgo_request(fd);
		*decide(server, fd) = (struct pat_reply) {
			.magic = PAT_REPLY_MAGIC,
			.verdict = PAT_BUSY,
		};
		return 0;
	}
	return serve(socket, fd, peer.uid, true);
}

/* Those of replies; else of the connection that has kept silent longest, a user's first. */
static void free_descriptors(struct verification_socket *socket)
{
	struct login_server *server = socket->server;

	if (server->replies_due > 0)
		send_replies(server);
	else if (!TAILQ_EMPTY(&server->user.waiting))
		connection_close(TAILQ_FIRST(&server->user.waiting));
	else if (!TAILQ_EMPTY(&socket->waiting))
		connection_close(TAILQ_FIRST(&socket->waiting));
}

static int on_connect(sd_event_source *source, int listening, uint32_t revents, void *userdata)
{
	struct verification_socket *socket = userdata;
	int r = 0;

	(void)source;
	(void)revents;
	for (unsigned int i = 0; r >= 0 && i < ACCEPTS_MAX; i++) {
		int fd = accept4(listening, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);

		if (fd < 0) {
			/* One is freed, and the loop comes back here. */
			if (errno == EMFILE || errno == ENFILE)
				free_descriptors(socket);
			break;
		}
		r = greet(socket, fd);
	}
	send_replies(socket->server);
	return r;
}

static int socket_open(
	struct login_server *server, struct verification_socket *socket, int fd, bool for_root)
{
	int r;

	socket->server = server;
	socket->for_root = for_root;
	TAILQ_INIT(&socket->waiting);
	TAILQ_INIT(&socket->unused);
	for (size_t i = 0; i < CONNECTIONS_MAX; i++) {
		socket->connections[i].socket = socket;
		TAILQ_INSERT_HEAD(&socket->unused, &socket->connections[i], entry);
	}
	r = sd_event_add_io(server->event, &socket->source, fd, EPOLLIN, on_connect, socket);
	if (r >= 0)
		r = sd_event_source_set_priority(
			socket->source, for_root ? PRIORITY_ROOT : PRIORITY_USER);
	/* A socket that has failed must not stay unserved unnoticed. */
	if (r >= 0)
		r = sd_event_source_set_exit_on_failure(socket->source, true);
	if (r >= 0)
		r = sd_event_add_time(server->event, &socket->timer, CLOCK_MONOTONIC, 0, 0,
			on_request_timeout, socket);
	return r < 0 ? r : sd_event_source_set_enabled(socket->timer, SD_EVENT_OFF);
}

int login_server_new(sd_event *event, const struct listeners *listeners, struct tokens *tokens,
	struct login_server **ret_server)
{
	struct login_server *server = calloc(1, sizeof(*server));
	int r;

	if (!server)
		return -ENOMEM;
	server->event = sd_event_ref(event);
	server->tokens = tokens;
	server->ratelimit.cost_us = UINT64_C(1000000) / REQUESTS_PER_S;
	server->ratelimit.burst = REQUESTS_BURST;
	r = socket_open(server, &server->root, listeners->root_fd, true);
	if (r >= 0)
		r = socket_open(server, &server->user, listeners->user_fd, false);
	if (r < 0) {
		login_server_free(server);
		return r;
	}
	*ret_server = server;
	return 0;
}

static void socket_close(struct verification_socket *socket)
{
	while (!TAILQ_EMPTY(&socket->waiting))
		connection_close(TAILQ_FIRST(&socket->waiting));
	sd_event_source_disable_unref(socket->source);
	sd_event_source_disable_unref(socket->timer);
}

void login_server_free(struct login_server *server)
{
	if (!server)
		return;
	socket_close(&server->root);
	socket_close(&server->user);
	sd_event_unref(server->event);
	free(server);
}
