/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The server of requests: connections, what they send, and whose turn it is. */
#include "patd/requests/requests.h"

#include <errno.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "common/cleanup.h"
#include "common/l10n.h"
#include "patd/requests/followers.h"
#include "patd/requests/handlers.h"
#include "patd/requests/requests_private.h"
#include "patd/util/log.h"

#define FRONTS_MAX 4U /* one, and those before it that are not closed yet */
#define ROOTS_MAX 64U
#define PACKETS_A_TURN 16U /* taken from one connection */
#define LOG_INTERVAL_US (UINT64_C(60) * 1000 * 1000)

/* What may wait: of strangers, by way of patd-bus; root's wait in its sockets. */
static const struct queue_bounds front_bounds = { 4096, 128, (size_t)8 * 1024 * 1024 };
static const struct queue_bounds root_bounds = { 4096, 4096, (size_t)64 * 1024 * 1024 };

/* Changes of one connection that wait for the disk; above that its next ones are not made. */
#define HELD_MAX 4096U
#define HELD_BYTES_MAX ((size_t)8 * 1024 * 1024)

/*
 * After a turn that took so long, front.sock has none for so many times as long: a login then
 * finds the loop free at least so often.  If root has asked for nothing in the last second there
 * is nobody to make room for.
 */
#define PAUSE_AFTER_READ 4U
#define PAUSE_AFTER_CHANGE 1U
#define ROOT_ACTIVE_US (UINT64_C(1000) * 1000)

static uint64_t read_us(clockid_t clock)
{
	struct timespec now;

	(void)clock_gettime(clock, &now);
	return (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000;
}

static uint64_t now_us(void)
{
	return read_us(CLOCK_MONOTONIC);
}

/* What this thread has used: what others take of a busy machine is not the request's fault. */
static uint64_t used_us(void)
{
	return read_us(CLOCK_THREAD_CPUTIME_ID);
}

bool requests_caller(const struct request_peer *peer, const struct request_caller *said,
	struct caller *ret_caller)
{
	struct caller caller = { .user = "root" };

	*ret_caller = caller;
	if (!peer->is_front)
		return true;
	ret_caller->by_front = true;
	ret_caller->uid = said->uid;
	/* What there are actions for, and nothing else. */
	ret_caller->granted = said->granted & ((1U << ACTIONS) - 1) & ~(1U << ACTION_NONE);
	if (said->uid == 0)
		return true;
	pat_field_cut(ret_caller->user, sizeof(ret_caller->user), said->user);
	return said->uid != UINT32_MAX && !pat_name_problem(said->user) &&
	       strcmp(said->user, "root") != 0;
}

/* --- turns --- */

/* Which lanes of the connection can have a turn now. */
static unsigned int lanes_of(const struct request_peer *peer)
{
	unsigned int lanes = LANES_ALL;

	if (sync_paused(peer->requests->context.sync) || peer->held >= HELD_MAX ||
		peer->held_bytes >= HELD_BYTES_MAX)
		lanes &= ~(1U << LANE_CHANGE);
	if (request_peer_is_full(peer))
		lanes &= ~(1U << LANE_READ);
	return peer->failed ? 0 : lanes;
}

/* The connection of that side whose turn it is, to be the last one from then on. */
static struct request_peer *next_peer(struct requests *requests, bool front)
{
	struct request_peer *peer, *first = NULL;

	LIST_FOREACH(peer, &requests->peers, entry) {
		if (peer->is_front != front || !work_queues_ready(&peer->queues, lanes_of(peer)))
			continue;
		if (!peer->served) {
			peer->served = true;
			return peer;
		}
		first = first ? first : peer;
	}
	/* All have had theirs: another round. */
	if (first) {
		LIST_FOREACH(peer, &requests->peers, entry)
			peer->served = peer->served && peer->is_front != front;
		first->served = true;
	}
	return first;
}

static bool side_ready(struct requests *requests, bool front)
{
	const struct request_peer *peer;

	LIST_FOREACH(peer, &requests->peers, entry)
		if (peer->is_front == front && work_queues_ready(&peer->queues, lanes_of(peer)))
			return true;
	return false;
}

static void pause_front(struct requests *requests, enum lane lane, uint64_t took_us)
{
	const uint64_t now = now_us();
	const unsigned int factor = lane == LANE_READ ? PAUSE_AFTER_READ : PAUSE_AFTER_CHANGE;

	if (login_server_root_idle_us(requests->context.login_server) < ROOT_ACTIVE_US ||
		now - requests->root_read_us < ROOT_ACTIVE_US)
		requests->front_pause_us = now + factor * took_us;
}

/* A slice of a read looks at as many rows as fit its time. */
#define SLICE_US 200U
#define EFFORT_MIN 8U
#define EFFORT_MOST 1024U

static uint32_t next_effort(uint32_t effort, uint64_t took_us)
{
	if (took_us > SLICE_US + SLICE_US / 4)
		return effort / 2 < EFFORT_MIN ? EFFORT_MIN : effort / 2;
	if (took_us < SLICE_US / 2)
		return effort * 2 > EFFORT_MOST ? EFFORT_MOST : effort * 2;
	return effort;
}

static void serve(struct request_peer *peer)
{
	struct requests *requests = peer->requests;
	struct work *work = (struct work *)work_queues_next(&peer->queues, lanes_of(peer));
	const enum lane lane = work->queued.lane;
	const bool front = peer->is_front;
	const uint64_t began = used_us();

	switch (work->service->serve(work)) {
	case WORK_GOES_ON:
		work->effort = next_effort(work->effort, used_us() - began);
		work_queues_step_back(&peer->queues, &work->queued);
		break;
	case WORK_WAITS:
		work_queues_remove(&peer->queues, &work->queued);
		break;
	case WORK_ANSWERED:
		break;
	}
	request_peer_watch(peer);
	requests->front_was_last = front;
	if (front)
		pause_front(requests, lane, used_us() - began);
}

static void peer_close(struct request_peer *peer)
{
	struct requests *requests = peer->requests;
	struct work *work;

	peer->failed = true;
	/* First, so that no event goes to it any more. */
	LIST_REMOVE(peer, entry);
	while ((work = LIST_FIRST(&peer->works)))
		work_free(work, false);
	*(peer->is_front ? &requests->fronts : &requests->roots) -= 1;
	request_peer_free(peer);
}

static void close_failed(struct requests *requests)
{
	struct request_peer *peer = LIST_FIRST(&requests->peers), *next;

	for (; peer; peer = next) {
		next = LIST_NEXT(peer, entry);
		if (peer->failed)
			peer_close(peer);
	}
}

static bool front_paused(const struct requests *requests)
{
	return requests->front_pause_us > now_us();
}

/* Another turn, at once or when the pause is over, if there is anything to do in it. */
static int arrange_turn(struct requests *requests)
{
	const bool front = side_ready(requests, true);
	const bool paused = front && front_paused(requests);
	const bool now = side_ready(requests, false) || (front && !paused);
	int r = sd_event_source_set_enabled(requests->turn, now ? SD_EVENT_ONESHOT : SD_EVENT_OFF);

	if (r < 0 || now || !paused)
		return r;
	r = sd_event_source_set_time(requests->pause, requests->front_pause_us);
	return r < 0 ? r : sd_event_source_set_enabled(requests->pause, SD_EVENT_ONESHOT);
}

/* One request, or a slice of it; root's and those of patd-bus by turns. */
static void take_turn(struct requests *requests)
{
	struct request_peer *peer = NULL;

	if (requests->front_was_last || front_paused(requests))
		peer = next_peer(requests, false);
	if (!peer && !front_paused(requests))
		peer = next_peer(requests, true);
	if (!peer)
		peer = next_peer(requests, false);
	if (peer)
		serve(peer);
}

static int on_turn(sd_event_source *source, void *userdata)
{
	struct requests *requests = userdata;

	(void)source;
	take_turn(requests);
	close_failed(requests);
	return arrange_turn(requests);
}

static int on_pause_over(sd_event_source *source, uint64_t usec, void *userdata)
{
	(void)usec;
	return on_turn(source, userdata);
}

void requests_want_turn(struct requests *requests)
{
	if (sd_event_source_set_enabled(requests->turn, SD_EVENT_ONESHOT) < 0)
		log_error("cannot arrange a turn of the loop; requests wait for the next one");
}

/* After each sync, and when changes are possible again. */
static void on_sync(void *userdata)
{
	works_release(userdata);
	requests_want_turn(userdata);
}

/* --- what is received --- */

/* Once a minute at most. */
static void refuse_malformed(struct request_peer *peer)
{
	struct requests *requests = peer->requests;
	const uint64_t now = now_us();

	if (requests->logged_us == 0 || now - requests->logged_us >= LOG_INTERVAL_US) {
		requests->logged_us = now;
		log_warning("%s sent a malformed request; its connection is closed",
			peer->is_front ? "patd-bus" : "a client on root.sock");
	}
	request_peer_fail(peer);
}

/* Of the peer's works with that serial; NULL: it has been answered. */
static struct work *find_work(struct request_peer *peer, uint64_t serial)
{
	struct work *work;

	LIST_FOREACH(work, &peer->works, of_peer)
		if (work->request.head.serial == serial)
			return work;
	return NULL;
}

/* At once: what is cancelled may be what it would have to wait for. */
static void cancel(struct request_peer *peer, const struct request *packet)
{
	const struct answer_head done = {
		.magic = ANSWER_MAGIC,
		.kind = ANSWER_DONE,
		.serial = packet->head.serial,
	};
	struct work *work = find_work(peer, packet->cancel.serial);

	if (work)
		work_free(work, false);
	(void)request_peer_send(peer, &done, sizeof(done), -1);
}

static void take_packet(struct request_peer *peer, const struct request *packet, size_t len)
{
	struct caller caller;
	struct work *work;
	bool known;
	int r;

	if (!request_check(packet, len)) {
		refuse_malformed(peer);
		return;
	}
	known = requests_caller(peer, &packet->head.caller, &caller);
	if (packet->head.kind == REQUEST_CANCEL) {
		cancel(peer, packet);
		return;
	}
	work = work_new(peer, packet, len, &caller);
	if (!work) {
		request_peer_fail(peer);
		return;
	}
	if (!known) {
		work_turn_away(work, PAT_ERR_UNKNOWN_USER, N_("no user with this name can ask"));
		return;
	}
	if (peer->is_front && work->service->root_only) {
		work_turn_away(work, PAT_ERR_DENIED, N_("only root may do that, over root.sock"));
		return;
	}
	r = work_queues_add(&peer->queues, &work->queued);
	if (r == -EBUSY)
		work_turn_away(work, PAT_ERR_BUSY,
			N_("too many of your requests wait, or of all users'; try again"));
	else if (r < 0)
		request_peer_fail(peer); /* which frees it */
}

void requests_read(struct request_peer *peer)
{
	struct request packet;

	for (unsigned int i = 0; i < PACKETS_A_TURN && !peer->failed; i++) {
		/*
		 * Without room for descriptors.  MSG_TRUNC: the packet's true length, so that one
		 * too long is seen.
		 */
		ssize_t n = recv(peer->fd, &packet, sizeof(packet), MSG_DONTWAIT | MSG_TRUNC);

		if (n < 0 && (errno == EAGAIN || errno == EINTR))
			break;
		if (n <= 0)
			request_peer_fail(peer);
		else
			take_packet(peer, &packet, (size_t)n);
		if (n > 0)
			sodium_memzero(
				&packet, (size_t)n < sizeof(packet) ? (size_t)n : sizeof(packet));
	}
	if (!peer->is_front)
		peer->requests->root_read_us = now_us();
}

/* Takes fd over.  NULL: there are too many, or there is no memory. */
static struct request_peer *add_peer(struct requests *requests, int fd, bool front)
{
	unsigned int *count = front ? &requests->fronts : &requests->roots;
	struct request_peer *peer;

	if (*count == (front ? FRONTS_MAX : ROOTS_MAX)) {
		(void)close(fd);
		return NULL;
	}
	if (request_peer_new(requests, requests->event, fd, front,
		    front ? &front_bounds : &root_bounds, &peer) < 0)
		return NULL;
	LIST_INSERT_HEAD(&requests->peers, peer, entry);
	++*count;
	return peer;
}

/* Takes the connection fd of root over, whose first packet has been received. */
static void take(int fd, const void *packet, size_t len, void *userdata)
{
	struct requests *requests = userdata;
	struct request_peer *peer = add_peer(requests, fd, false);

	if (!peer)
		return;
	take_packet(peer, packet, len);
	requests->root_read_us = now_us();
	requests_want_turn(requests);
}

static int on_connect(sd_event_source *source, int listening, uint32_t revents, void *userdata)
{
	int fd = accept4(listening, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);

	(void)source;
	(void)revents;
	if (fd >= 0)
		(void)add_peer(userdata, fd, true);
	return 0;
}

/* --- the server --- */

void requests_set_policy(struct requests *requests, const struct policy_set *policy)
{
	requests->policy = policy;
	followers_restart(requests->followers);
}

void requests_free(struct requests *requests)
{
	struct request_peer *peer;

	if (!requests)
		return;
	login_server_set_others(requests->context.login_server, NULL);
	followers_free(requests->followers);
	sync_unlisten(requests->context.sync, on_sync, requests);
	while ((peer = LIST_FIRST(&requests->peers)))
		peer_close(peer);
	sd_event_source_disable_unref(requests->listener);
	sd_event_source_disable_unref(requests->turn);
	sd_event_source_disable_unref(requests->pause);
	sd_event_unref(requests->event);
	free(requests);
}

DEFINE_CLEANUP(requests_free, requests)

int requests_new(sd_event *event, int front_fd, const struct requests_context *context,
	struct requests **ret_requests)
{
	cleanup_with(requests_free) struct requests *requests = calloc(1, sizeof(*requests));
	const struct login_others others = { take, serve_verdict, requests };
	int r;

	if (!requests)
		return -ENOMEM;
	requests->event = sd_event_ref(event);
	requests->context = *context;
	LIST_INIT(&requests->peers);
	TAILQ_INIT(&requests->held);
	TAILQ_INIT(&requests->verifying);
	login_server_set_others(context->login_server, &others);
	r = sync_listen(context->sync, on_sync, requests);
	if (r < 0)
		return r;
	r = sd_event_add_defer(event, &requests->turn, on_turn, requests);
	if (r < 0)
		return r;
	r = sd_event_add_time(
		event, &requests->pause, CLOCK_MONOTONIC, UINT64_MAX, 1, on_pause_over, requests);
	if (r < 0)
		return r;
	r = sd_event_add_io(event, &requests->listener, front_fd, EPOLLIN, on_connect, requests);
	if (r < 0)
		return r;
	*ret_requests = TAKE(requests);
	return 0;
}
