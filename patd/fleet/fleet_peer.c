/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A connection of patd-fleet: packets in and out. */
#include "patd/fleet/fleet_peer.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/queue.h>
#include <sys/socket.h>
#include <unistd.h>

#include "common/cleanup.h"
#include "patd/util/abandon.h"
#include "patd/util/log.h"
#include "patd/util/passing.h"
#include "protocol/packet.h"

struct fleet_packet {
	STAILQ_ENTRY(fleet_packet) entry;
	size_t len;
	uint8_t bytes[];
};

STAILQ_HEAD(fleet_packets, fleet_packet);

struct fleet_peer {
	const struct fleet_peer_calls *calls;
	void *userdata;
	int fd;
	bool lets_through; /* the kernel: descriptors, with which a close may block */
	bool asked;        /* a question is not answered yet */
	bool failed;
	sd_event_source *source, *stuck;
	struct fleet_packets packets;
	size_t bytes; /* of packets */
	struct fleet_message question, out;
};

static void fail(struct fleet_peer *peer)
{
	if (peer->failed)
		return;
	peer->failed = true;
	(void)sd_event_source_set_enabled(peer->source, SD_EVENT_OFF);
	(void)sd_event_source_set_enabled(peer->stuck, SD_EVENT_OFF);
	peer->calls->ended(peer->userdata);
}

void fleet_peer_refuse(struct fleet_peer *peer, const char *why)
{
	if (!peer->failed)
		log_warning("patd-fleet %s; its connection is closed", why);
	fail(peer);
}

static int on_stuck(sd_event_source *source, uint64_t usec, void *userdata)
{
	(void)source;
	(void)usec;
	fleet_peer_refuse(userdata, "does not read what it is sent");
	return 0;
}

/* Reads from it, or not, and writes what waits. */
static void watch(struct fleet_peer *peer)
{
	const bool waits = !STAILQ_EMPTY(&peer->packets);
	const uint32_t events = (waits ? EPOLLOUT : 0U) | (!peer->asked && !waits ? EPOLLIN : 0U);

	if (!peer->failed && sd_event_source_set_io_events(peer->source, events) < 0)
		fail(peer);
}

/* From now on it has that long to take something. */
static void expect_progress(struct fleet_peer *peer)
{
	if (sd_event_source_set_time_relative(peer->stuck, peer->calls->patience_us) < 0 ||
		sd_event_source_set_enabled(peer->stuck, SD_EVENT_ONESHOT) < 0)
		fail(peer);
}

static void enqueue(struct fleet_peer *peer, size_t len)
{
	struct fleet_packet *packet = malloc(sizeof(*packet) + len);

	if (!packet) {
		fail(peer);
		return;
	}
	packet->len = len;
	memcpy(packet->bytes, &peer->out, len);
	if (STAILQ_EMPTY(&peer->packets))
		expect_progress(peer);
	STAILQ_INSERT_TAIL(&peer->packets, packet, entry);
	peer->bytes += len;
	watch(peer);
}

void fleet_peer_send(
	struct fleet_peer *peer, const struct fleet_head *head, const void *body, size_t size)
{
	const size_t len = sizeof(*head) + size;
	int r = -EAGAIN;

	if (peer->failed)
		return;
	/* A packet is sent from one piece. */
	peer->out.head = *head;
	if (size > 0)
		memcpy(peer->out.body, body, size);
	if (STAILQ_EMPTY(&peer->packets))
		r = packet_send(peer->fd, &peer->out, len, -1, MSG_DONTWAIT);
	if (r == -EAGAIN || r == -EINTR)
		enqueue(peer, len);
	else if (r < 0)
		fail(peer);
}

/* Until the socket takes no more. */
static void send_packets(struct fleet_peer *peer)
{
	struct fleet_packet *packet;

	while ((packet = STAILQ_FIRST(&peer->packets))) {
		const int r = packet_send(peer->fd, packet->bytes, packet->len, -1, MSG_DONTWAIT);

		if (r == -EAGAIN || r == -EINTR)
			return;
		if (r < 0) {
			fail(peer);
			return;
		}
		STAILQ_REMOVE_HEAD(&peer->packets, entry);
		peer->bytes -= packet->len;
		free(packet);
		expect_progress(peer);
	}
	(void)sd_event_source_set_enabled(peer->stuck, SD_EVENT_OFF);
	peer->calls->drained(peer->userdata);
}

static void receive(struct fleet_peer *peer)
{
	struct fleet_message *question = &peer->question;
	ssize_t n;

	if (peer->lets_through && passing_waits(peer->fd)) {
		fleet_peer_refuse(peer, "passed a descriptor, which it never does");
		return;
	}
	/* MSG_TRUNC: the packet's true length, so that one too long is seen. */
	n = recv(peer->fd, question, sizeof(*question), MSG_DONTWAIT | MSG_TRUNC);
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n <= 0) {
		fail(peer);
		return;
	}
	if (!fleet_message_check(question, (size_t)n) || !fleet_kind_asks(question->head.kind)) {
		fleet_peer_refuse(peer, "sent a malformed message");
		return;
	}
	peer->asked = true;
	peer->calls->ask(question, peer->userdata);
}

void fleet_peer_answered(struct fleet_peer *peer)
{
	peer->asked = false;
	watch(peer);
}

static int on_ready(sd_event_source *source, int fd, uint32_t revents, void *userdata)
{
	struct fleet_peer *peer = userdata;

	(void)source;
	(void)fd;
	if ((revents & EPOLLOUT) != 0)
		send_packets(peer);
	if ((revents & EPOLLIN) != 0)
		receive(peer);
	else if ((revents & (EPOLLHUP | EPOLLERR)) != 0)
		fail(peer);
	watch(peer);
	return 0;
}

bool fleet_peer_has_room(const struct fleet_peer *peer)
{
	return !peer->failed && peer->bytes < FLEET_PEER_MUCH;
}

void fleet_peer_free(struct fleet_peer *peer)
{
	struct fleet_packet *packet;

	if (!peer)
		return;
	while ((packet = STAILQ_FIRST(&peer->packets))) {
		STAILQ_REMOVE_HEAD(&peer->packets, entry);
		free(packet);
	}
	sd_event_source_disable_unref(peer->source);
	sd_event_source_disable_unref(peer->stuck);
	if (peer->lets_through)
		abandon_fd(peer->fd);
	else
		(void)close(peer->fd);
	free(peer);
}

DEFINE_CLEANUP(fleet_peer_free, fleet_peer)

int fleet_peer_new(sd_event *event, int fd, const struct fleet_peer_calls *calls, void *userdata,
	struct fleet_peer **ret_peer)
{
	cleanup_with(fleet_peer_free) struct fleet_peer *peer = calloc(1, sizeof(*peer));
	int r;

	if (!peer) {
		(void)close(fd);
		return -ENOMEM;
	}
	peer->fd = fd;
	peer->lets_through = passing_possible(fd);
	peer->calls = calls;
	peer->userdata = userdata;
	STAILQ_INIT(&peer->packets);
	r = sd_event_add_io(event, &peer->source, fd, EPOLLIN, on_ready, peer);
	if (r < 0)
		return r;
	r = sd_event_add_time(event, &peer->stuck, CLOCK_MONOTONIC, UINT64_MAX, 0, on_stuck, peer);
	if (r < 0)
		return r;
	r = sd_event_source_set_enabled(peer->stuck, SD_EVENT_OFF);
	if (r < 0)
		return r;
	*ret_peer = TAKE(peer);
	return 0;
}
