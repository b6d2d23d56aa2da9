/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Connections of those who ask: packets out, and when to read. */
#include "patd/requests/request_peer.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "common/cleanup.h"
#include "patd/util/abandon.h"
#include "patd/util/log.h"
#include "patd/util/passing.h"
#include "protocol/packet.h"

/* Root's requests wait in the socket above that; those of patd-bus have their own bounds. */
#define ROOT_WAITING_MAX 64U

struct peer_packet {
	STAILQ_ENTRY(peer_packet) entry;
	int passed;
	size_t len;
	uint8_t bytes[];
};

static void packet_free(struct peer_packet *packet)
{
	if (packet->passed >= 0)
		(void)close(packet->passed);
	free(packet);
}

void request_peer_fail(struct request_peer *peer)
{
	if (peer->failed)
		return;
	peer->failed = true;
	peer->calls->wake(peer->requests);
}

/* Where the kernel lets them through, received or not they are let go of here. */
bool request_peer_passes_descriptors(const struct request_peer *peer)
{
	return peer->lets_through && passing_waits(peer->fd);
}

bool request_peer_is_full(const struct request_peer *peer)
{
	return peer->bytes > PEER_MUCH;
}

static bool enqueue(struct request_peer *peer, const void *bytes, size_t len, int passed)
{
	struct peer_packet *packet = malloc(sizeof(*packet) + len);

	if (!packet)
		return false;
	*packet = (struct peer_packet) { .passed = -1, .len = len };
	memcpy(packet->bytes, bytes, len);
	if (passed >= 0) {
		packet->passed = fcntl(passed, F_DUPFD_CLOEXEC, 0);
		if (packet->passed < 0) {
			free(packet);
			return false;
		}
	}
	STAILQ_INSERT_TAIL(&peer->packets, packet, entry);
	peer->bytes += len;
	return true;
}

bool request_peer_send(struct request_peer *peer, const void *packet, size_t len, int passed)
{
	int r = -EAGAIN;

	if (peer->failed)
		return false;
	if (STAILQ_EMPTY(&peer->packets))
		r = packet_send(peer->fd, packet, len, passed, MSG_DONTWAIT);
	if (r == -EAGAIN && peer->bytes + len <= PEER_MAX && enqueue(peer, packet, len, passed)) {
		request_peer_watch(peer);
		return true;
	}
	if (r == -EAGAIN)
		log_warning("%s does not read its answers; its connection is closed",
			peer->is_front ? "patd-bus" : "a client on root.sock");
	if (r < 0)
		request_peer_fail(peer);
	return r == 0;
}

/* Until the socket takes no more. */
static void send_packets(struct request_peer *peer)
{
	struct peer_packet *packet;

	while ((packet = STAILQ_FIRST(&peer->packets))) {
		int r = packet_send(
			peer->fd, packet->bytes, packet->len, packet->passed, MSG_DONTWAIT);

		if (r == -EAGAIN || r == -EINTR)
			return;
		if (r < 0) {
			request_peer_fail(peer);
			return;
		}
		STAILQ_REMOVE_HEAD(&peer->packets, entry);
		peer->bytes -= packet->len;
		packet_free(packet);
	}
}

void request_peer_watch(struct request_peer *peer)
{
	const struct work_queues *queues = &peer->queues;
	const bool many =
		!peer->is_front && queues->waiting + queues->taking_away >= ROOT_WAITING_MAX;
	uint32_t events = 0;

	if (peer->failed)
		return;
	if (!many && !request_peer_is_full(peer))
		events |= EPOLLIN;
	if (!STAILQ_EMPTY(&peer->packets))
		events |= EPOLLOUT;
	if (sd_event_source_set_io_events(peer->source, events) < 0)
		request_peer_fail(peer);
}

static int on_ready(sd_event_source *source, int fd, uint32_t revents, void *userdata)
{
	struct request_peer *peer = userdata;

	(void)source;
	(void)fd;
	if ((revents & EPOLLOUT) != 0)
		send_packets(peer);
	if ((revents & EPOLLIN) != 0)
		peer->calls->read(peer);
	else if ((revents & (EPOLLHUP | EPOLLERR)) != 0)
		request_peer_fail(peer);
	request_peer_watch(peer);
	peer->calls->wake(peer->requests);
	return 0;
}

int request_peer_new(struct requests *requests, const struct peer_calls *calls, sd_event *event,
	int fd, bool is_front, const struct queue_bounds *bounds, struct request_peer **ret_peer)
{
	cleanup_close int owned = fd;
	cleanup_free struct request_peer *peer = calloc(1, sizeof(*peer));
	int r;

	if (!peer)
		return -ENOMEM;
	r = sd_event_add_io(event, &peer->source, fd, EPOLLIN, on_ready, peer);
	if (r < 0)
		return r;
	peer->requests = requests;
	peer->calls = calls;
	peer->fd = take_fd(&owned);
	peer->is_front = is_front;
	/* Root can stop patd in many ways. */
	peer->lets_through = is_front && passing_possible(fd);
	work_queues_init(&peer->queues, bounds);
	LIST_INIT(&peer->works);
	STAILQ_INIT(&peer->packets);
	*ret_peer = TAKE(peer);
	return 0;
}

void request_peer_free(struct request_peer *peer)
{
	struct peer_packet *packet;

	while ((packet = STAILQ_FIRST(&peer->packets))) {
		STAILQ_REMOVE_HEAD(&peer->packets, entry);
		packet_free(packet);
	}
	sd_event_source_disable_unref(peer->source);
	if (peer->lets_through)
		abandon_fd(peer->fd);
	else
		(void)close(peer->fd);
	free(peer);
}
