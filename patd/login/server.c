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
#define PATIENCE_US (UINT64_C(3) * 1000 * 1000) /* a client's whole budget is 3 s, too */
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
	struct door *door;
	TAILQ_ENTRY(connection) entry;
	sd_event_source *source;
	int fd;
	uint32_t uid;
	uint64_t deadline_us;
};

TAILQ_HEAD(connections, connection);

/* One of the two sockets, with the connections on it that owe a request, oldest first. */
struct door {
	struct verify *verify;
	bool for_root;
	sd_event_source *source, *patience;
	struct connections waiting, unused;
	struct connection connections[CONNECTIONS_MAX];
};

struct verify {
	sd_event *event;
	struct tokens *tokens;
	struct door root, user;
	struct ratelimit ratelimit;
	struct {
		int fd;
		struct pat_reply reply;
	} replies[ACCEPTS_MAX];
	unsigned int replies_due;
	uint64_t complained_us;
};

static uint64_t now_us(struct verify *verify)
{
	uint64_t now;

	return sd_event_now(verify->event, CLOCK_MONOTONIC, &now) < 0 ? 0 : now;
}

static void send_replies(struct verify *verify)
{
	tokens_commit_usage(verify->tokens);
	for (unsigned int i = 0; i < verify->replies_due; i++) {
		/* A client that has gone, or does not read, has lost its answer. */
		(void)send(verify->replies[i].fd, &verify->replies[i].reply,
			sizeof(verify->replies[i].reply), MSG_NOSIGNAL | MSG_DONTWAIT);
		close(verify->replies[i].fd);
	}
	verify->replies_due = 0;
}

/* Takes fd over; the caller fills the reply.  Whoever decides sends before it leaves to the loop,
 * with send_replies(). */
static struct pat_reply *decide(struct verify *verify, int fd)
{
	unsigned int i = verify->replies_due++;

	verify->replies[i].fd = fd;
	return &verify->replies[i].reply;
}

/* Once a minute at most, whatever strangers send. */
static void complain(struct verify *verify, uint32_t uid)
{
	uint64_t now = now_us(verify);

	if (verify->complained_us != 0 && now - verify->complained_us < COMPLAINT_US)
		return;
	verify->complained_us = now;
	log_warning("uid %u sent a malformed verification request", uid);
}

/*
 * A client sends as soon as it is connected, but not quite as soon as patd sees it.  To wait the
 * few microseconds here costs less than to go through the loop.  For root alone: nobody else
 * may hold the loop, be it for so little.
 */
static bool arrives(int fd)
{
	const struct timespec patience = { .tv_nsec = ARRIVAL_NS };
	struct pollfd poll = { .fd = fd, .events = POLLIN };

	return ppoll(&poll, 1, &patience, NULL) > 0;
}

/* Reads the request and takes fd over.  False if it has not come yet.  fresh: the connection is. */
static bool take_request(struct door *door, int fd, uint32_t uid, bool fresh)
{
	struct verify *verify = door->verify;
	struct pat_request request;
	ssize_t n;

	/* MSG_TRUNC: the packet's true length, so that one too long is seen. */
	n = recv(fd, &request, sizeof(request), MSG_DONTWAIT | MSG_TRUNC);
	if (n < 0 && errno == EAGAIN && door->for_root && fresh && arrives(fd))
		n = recv(fd, &request, sizeof(request), MSG_DONTWAIT | MSG_TRUNC);
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return false;
	if (n > 0 && pat_request_check(&request, (size_t)n)) {
		tokens_verify(verify->tokens, uid, &request, decide(verify, fd));
	} else {
		if (n > 0)
			complain(verify, uid);
		close(fd);
	}
	sodium_memzero(&request, sizeof(request));
	return true;
}

/* All but the fd, which someone else has taken over. */
static void connection_release(struct connection *connection)
{
	struct door *door = connection->door;

	connection->source = sd_event_source_disable_unref(connection->source);
	TAILQ_REMOVE(&door->waiting, connection, entry);
	TAILQ_INSERT_HEAD(&door->unused, connection, entry);
}

static void connection_close(struct connection *connection)
{
	int fd = connection->fd;

	connection_release(connection);
	close(fd);
}

/* The patience of the oldest; all have the same. */
static int set_patience(struct door *door)
{
	const struct connection *oldest = TAILQ_FIRST(&door->waiting);
	int r;

	if (!oldest)
		return sd_event_source_set_enabled(door->patience, SD_EVENT_OFF);
	r = sd_event_source_set_time(door->patience, oldest->deadline_us);
	return r < 0 ? r : sd_event_source_set_enabled(door->patience, SD_EVENT_ONESHOT);
}

static int on_patience(sd_event_source *source, uint64_t usec, void *userdata)
{
	struct door *door = userdata;
	struct connection *oldest;

	(void)source;
	while ((oldest = TAILQ_FIRST(&door->waiting)) && oldest->deadline_us <= usec)
		connection_close(oldest);
	return set_patience(door);
}

static int on_request(sd_event_source *source, int fd, uint32_t revents, void *userdata);

/* Takes fd over. */
static int wait_for_request(struct door *door, int fd, uint32_t uid)
{
	struct connection *connection;
	int r;

	/* Who has kept silent longest makes room. */
	if (TAILQ_EMPTY(&door->unused))
		connection_close(TAILQ_FIRST(&door->waiting));
	connection = TAILQ_FIRST(&door->unused);
	TAILQ_REMOVE(&door->unused, connection, entry);
	TAILQ_INSERT_TAIL(&door->waiting, connection, entry);
	connection->fd = fd;
	connection->uid = uid;
	connection->deadline_us = now_us(door->verify) + PATIENCE_US;
	r = sd_event_add_io(
		door->verify->event, &connection->source, fd, EPOLLIN, on_request, connection);
	if (r >= 0)
		r = sd_event_source_set_priority(
			connection->source, door->for_root ? PRIORITY_ROOT : PRIORITY_USER);
	if (r < 0) {
		connection_close(connection);
		return 0;
	}
	return set_patience(door);
}

/* Takes fd over. */
static int serve(struct door *door, int fd, uint32_t uid, bool fresh)
{
	return take_request(door, fd, uid, fresh) ? 0 : wait_for_request(door, fd, uid);
}

static int on_request(sd_event_source *source, int fd, uint32_t revents, void *userdata)
{
	struct connection *connection = userdata;
	struct door *door = connection->door;
	uint32_t uid = connection->uid;
	int r;

	(void)source;
	(void)revents;
	connection_release(connection);
	r = serve(door, fd, uid, false);
	send_replies(door->verify);
	return r;
}

/* A request left unread would reset the connection, and the client would not see the reply. */
static void forgo_request(int fd)
{
	char byte;

	(void)shutdown(fd, SHUT_RD);
	(void)recv(fd, &byte, sizeof(byte), MSG_DONTWAIT);
}

static int greet(struct door *door, int fd)
{
	struct verify *verify = door->verify;
	struct ucred peer;
	socklen_t size = sizeof(peer);

	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &size) < 0) {
		close(fd);
		return 0;
	}
	if (!door->for_root && !policy_has_verifier(tokens_policy(verify->tokens), peer.uid) &&
		!ratelimit_take(&verify->ratelimit, peer.uid, now_us(verify))) {
		forgo_request(fd);
		*decide(verify, fd) = (struct pat_reply) {
			.magic = PAT_REPLY_MAGIC,
			.verdict = PAT_BUSY,
		};
		return 0;
	}
	return serve(door, fd, peer.uid, true);
}

/* Those of replies; else of the connection that has kept silent longest, a user's first. */
static void free_descriptors(struct door *door)
{
	struct verify *verify = door->verify;

	if (verify->replies_due > 0)
		send_replies(verify);
	else if (!TAILQ_EMPTY(&verify->user.waiting))
		connection_close(TAILQ_FIRST(&verify->user.waiting));
	else if (!TAILQ_EMPTY(&door->waiting))
		connection_close(TAILQ_FIRST(&door->waiting));
}

static int on_connect(sd_event_source *source, int listening, uint32_t revents, void *userdata)
{
	struct door *door = userdata;
	int r = 0;

	(void)source;
	(void)revents;
	for (unsigned int i = 0; r >= 0 && i < ACCEPTS_MAX; i++) {
		int fd = accept4(listening, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);

		if (fd < 0) {
			/* One is freed, and the loop comes back here. */
			if (errno == EMFILE || errno == ENFILE)
				free_descriptors(door);
			break;
		}
		r = greet(door, fd);
	}
	send_replies(door->verify);
	return r;
}

static int open_door(struct verify *verify, struct door *door, int fd, bool for_root)
{
	int r;

	door->verify = verify;
	door->for_root = for_root;
	TAILQ_INIT(&door->waiting);
	TAILQ_INIT(&door->unused);
	for (size_t i = 0; i < CONNECTIONS_MAX; i++) {
		door->connections[i].door = door;
		TAILQ_INSERT_HEAD(&door->unused, &door->connections[i], entry);
	}
	r = sd_event_add_io(verify->event, &door->source, fd, EPOLLIN, on_connect, door);
	if (r >= 0)
		r = sd_event_source_set_priority(
			door->source, for_root ? PRIORITY_ROOT : PRIORITY_USER);
	/* A door that has failed must not stay shut unnoticed. */
	if (r >= 0)
		r = sd_event_source_set_exit_on_failure(door->source, true);
	if (r >= 0)
		r = sd_event_add_time(
			verify->event, &door->patience, CLOCK_MONOTONIC, 0, 0, on_patience, door);
	return r < 0 ? r : sd_event_source_set_enabled(door->patience, SD_EVENT_OFF);
}

int verify_new(sd_event *event, const struct listeners *listeners, struct tokens *tokens,
	struct verify **ret_verify)
{
	struct verify *verify = calloc(1, sizeof(*verify));
	int r;

	if (!verify)
		return -ENOMEM;
	verify->event = sd_event_ref(event);
	verify->tokens = tokens;
	verify->ratelimit.cost_us = UINT64_C(1000000) / REQUESTS_PER_S;
	verify->ratelimit.burst = REQUESTS_BURST;
	r = open_door(verify, &verify->root, listeners->root_fd, true);
	if (r >= 0)
		r = open_door(verify, &verify->user, listeners->user_fd, false);
	if (r < 0) {
		verify_free(verify);
		return r;
	}
	*ret_verify = verify;
	return 0;
}

static void close_door(struct door *door)
{
	while (!TAILQ_EMPTY(&door->waiting))
		connection_close(TAILQ_FIRST(&door->waiting));
	sd_event_source_disable_unref(door->source);
	sd_event_source_disable_unref(door->patience);
}

void verify_free(struct verify *verify)
{
	if (!verify)
		return;
	close_door(&verify->root);
	close_door(&verify->user);
	sd_event_unref(verify->event);
	free(verify);
}
