/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the files of requests share among themselves. */
#pragma once

#include "patd/requests/followers.h"
#include "patd/requests/request_peer.h"
#include "patd/requests/requests.h"
#include "patd/requests/work.h"
#include "patd/util/turn.h"
#include "protocol/answer.h"

LIST_HEAD(request_peers, request_peer);

#define UNDELIVERED_MAX 16U

struct requests {
	sd_event *event;
	struct requests_context context;
	const struct policy_set *policy; /* NULL before requests_set_policy() */
	sd_event_source *listener, *pause;
	struct turn turn;
	struct request_peers peers;
	unsigned int fronts, roots; /* how many of them */
	struct works held;          /* changes whose answer waits for the disk, oldest first */
	struct works verifying;     /* logins whose verdict is not there yet */
	uint64_t cookie;            /* of the latest of those */
	bool front_was_last;        /* to have its turn */
	uint64_t front_pause_us;    /* no turn before that for front.sock */
	uint64_t root_read_us;      /* when root last asked for something */
	uint64_t logged_us;
	uint64_t front_started_us; /* when patd-bus was to be started last; 0: never */
	/* Tokens whose secret nobody has, to be deleted when changes are possible again. */
	struct undelivered {
		struct caller caller;
		struct pat_id id;
	} undelivered[UNDELIVERED_MAX];
	unsigned int undelivered_n;
	struct followers *followers;
	struct answer answer; /* being built */
};

static inline struct tokens *tokens_of(const struct work *work)
{
	return work->peer->requests->context.tokens;
}
