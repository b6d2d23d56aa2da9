/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A connection that requests come over, patd-bus's or that of root's patctl, and its answers that
 * it has not taken yet.
 *
 * One that does not read is not read from, above PEER_MUCH; and is closed above PEER_MAX, so that
 * what follows tokens loses no event unnoticed.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/queue.h>
#include <systemd/sd-event.h>

#include "patd/requests/work_queue.h"
#include "patd/rules/authority.h"

#define PEER_MUCH ((size_t)256 * 1024) /* bytes */
#define PEER_MAX ((size_t)4 * 1024 * 1024)

struct requests;
struct work;
struct peer_packet;
struct request_peer;

LIST_HEAD(works_of_peer, work);
STAILQ_HEAD(peer_packets, peer_packet);

/* What a connection calls. */
struct peer_calls {
	void (*read)(struct request_peer *peer); /* there is something */
	void (*wake)(struct requests *requests); /* something may be to be done in a turn */
};

struct request_peer {
	LIST_ENTRY(request_peer) entry;
	struct requests *requests;
	const struct peer_calls *calls;
	bool is_front;             /* patd-bus; else root */
	bool follows, follows_all; /* what happens to the follower's tokens, or to all */
	struct caller follower;
	bool lets_through; /* the kernel: descriptors, with which a close may block */
	bool failed;       /* closed at the end of this turn of the loop */
	bool served;       /* in this round */
	int fd;
	sd_event_source *source;
	struct work_queues queues;
	struct works_of_peer works; /* all that have no answer yet */
	struct peer_packets packets;
	size_t bytes; /* of packets */
	/* Changes whose answer waits for the disk. */
	unsigned int held;
	size_t held_bytes;
};

/* Takes fd over, and is read from.  calls must stay.  -ENOMEM, or sd-event's. */
int request_peer_new(struct requests *requests, const struct peer_calls *calls, sd_event *event,
	int fd, bool is_front, const struct queue_bounds *bounds, struct request_peer **ret_peer);

/* Its works must have gone. */
void request_peer_free(struct request_peer *peer);

/*
 * Sends a packet, later if need be, with a copy of the descriptor passed unless that is -1.  False:
 * it never arrives, as the connection has failed.
 */
bool request_peer_send(struct request_peer *peer, const void *packet, size_t len, int passed);

/* Whether its answers pile up. */
bool request_peer_is_full(const struct request_peer *peer);

/* Whether the next packet has descriptors with it.  It is not to be received then. */
bool request_peer_passes_descriptors(const struct request_peer *peer);

/* To be closed.  Nothing more is sent. */
void request_peer_fail(struct request_peer *peer);

/* Reads from it, or not, as its answers and requests pile up, and writes what waits. */
void request_peer_watch(struct request_peer *peer);
