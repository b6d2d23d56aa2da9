/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A connection of patd-fleet: its questions one at a time, and what waits to be taken by it.
 *
 * It is not read from while a question is not answered, nor while what it was sent waits.  So what
 * waits is bounded by the answers to one question, and by FLEET_PEER_MUCH of what it did not ask
 * for.  If it takes nothing of it for long it is closed.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <systemd/sd-event.h>

#include "protocol/fleet.h"

#define FLEET_PEER_MUCH ((size_t)256 * 1024) /* bytes */

struct fleet_peer;

struct fleet_peer_calls {
	/* A question that keeps the rules of protocol/fleet.h; it stays until it is answered. */
	void (*ask)(const struct fleet_message *question, void *userdata);
	/* It takes more of what it did not ask for. */
	void (*drained)(void *userdata);
	/* It has ended, and is to be freed, though not within the call of it. */
	void (*ended)(void *userdata);
	uint64_t patience_us; /* in which it must take something of what waits */
};

/* Takes fd over.  calls and userdata must outlive it.  -ENOMEM, or sd-event's error. */
int fleet_peer_new(sd_event *event, int fd, const struct fleet_peer_calls *calls, void *userdata,
	struct fleet_peer **ret_peer);

/* NULL is allowed. */
void fleet_peer_free(struct fleet_peer *peer);

/* Sends a message whose body is of size bytes, later if need be. */
void fleet_peer_send(
	struct fleet_peer *peer, const struct fleet_head *head, const void *body, size_t size);

/* The question was answered: the next one may come. */
void fleet_peer_answered(struct fleet_peer *peer);

/* What it sends makes no sense: why is for the log, static.  It ends. */
void fleet_peer_refuse(struct fleet_peer *peer, const char *why);

/* Whether something that it did not ask for can be sent. */
bool fleet_peer_has_room(const struct fleet_peer *peer);
