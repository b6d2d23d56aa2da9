/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Accepts connections, and turns away those above the ration of their user. */
#include "front/login/door.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/socket.h>

#include "common/cleanup.h"
#include "front/base/subids.h"
#include "patd/util/log.h"
#include "patd/util/ratelimit.h"

#define ACCEPTS_MAX 16U   /* connections taken in one go, before others have their turn */
#define REQUESTS_PER_S 20 /* of the sub-uids of one user on the long run, and at once */
#define REQUESTS_BURST 40
#define PAUSE_US (UINT64_C(1000) * 1000)

struct door {
	sd_event *event;
	struct closers *closers;
	struct subids *subids;
	struct door_keeper keeper;
	struct ratelimit ratelimit;
	sd_event_source *source, *pause;
	size_t held_max; /* things of strangers that wait for a closer */
};

/*
 * patd has a ration for each uid.  That of a user is also that of the user's sub-uids, all of which
 * are counted here.
 */
static bool within_ration(struct door *door, const struct login_peer *peer)
{
	uint64_t now;

	if (sd_event_now(door->event, CLOCK_MONOTONIC, &now) < 0)
		now = 0;
	return ratelimit_take(&door->ratelimit, peer->user, now) || peer->uid == peer->user;
}

/* Its request is left unread, but received, so that the client sees the reply. */
static void turn_away(struct door *door, const struct login_peer *peer)
{
	char byte;

	if (login_peer_peek(peer->fd) >= 0)
		(void)recv(peer->fd, &byte, sizeof(byte), MSG_DONTWAIT);
	login_peer_refuse(door->closers, peer, PAT_BUSY);
}

/* Takes fd over, of a client that has just connected. */
static void let_in(struct door *door, int fd)
{
	struct login_peer peer = { .fd = fd, .user = CLOSERS_ANYBODY };
	struct ucred credentials;
	socklen_t size = sizeof(credentials);

	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &credentials, &size) < 0) {
		login_peer_end(door->closers, &peer);
		return;
	}
	peer.uid = credentials.uid;
	peer.user = subids_owner(door->subids, peer.uid);
	if (within_ration(door, &peer))
		door->keeper.came(&peer, door->keeper.userdata);
	else
		turn_away(door, &peer);
}

/* What the other thread holds is ended one day; until then no more are taken. */
static void pause_accepting(struct door *door)
{
	(void)sd_event_source_set_enabled(door->source, SD_EVENT_OFF);
	(void)sd_event_source_set_time_relative(door->pause, PAUSE_US);
	(void)sd_event_source_set_enabled(door->pause, SD_EVENT_ONESHOT);
}

static int on_pause(sd_event_source *source, uint64_t usec, void *userdata)
{
	struct door *door = userdata;

	(void)source;
	(void)usec;
	return sd_event_source_set_enabled(door->source, SD_EVENT_ON);
}

/*
 * Strangers have passed so much that blocks when it is closed, or waits behind that, that it is
 * about to fill the table of descriptors.  The end of a process waits for none of it.
 */
static int start_anew(const struct door *door)
{
	log_error("too many descriptors of strangers cannot be closed; patd-bus starts anew");
	return sd_event_exit(door->event, EMFILE);
}

static int on_connect(sd_event_source *source, int listening, uint32_t revents, void *userdata)
{
	struct door *door = userdata;

	(void)source;
	(void)revents;
	for (unsigned int i = 0; i < ACCEPTS_MAX; i++) {
		int fd = accept4(listening, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);

		if (fd >= 0) {
			let_in(door, fd);
			continue;
		}
		/* With room made, the loop comes back here. */
		if ((errno == EMFILE || errno == ENFILE) &&
			!door->keeper.make_room(door->keeper.userdata))
			pause_accepting(door);
		break;
	}
	return closers_held(door->closers) > door->held_max ? start_anew(door) : 0;
}

void door_free(struct door *door)
{
	if (!door)
		return;
	subids_free(door->subids);
	sd_event_source_disable_unref(door->source);
	sd_event_source_disable_unref(door->pause);
	sd_event_unref(door->event);
	free(door);
}

/* The other half is for all else. */
static size_t half_of_table(void)
{
	struct rlimit limit;

	return getrlimit(RLIMIT_NOFILE, &limit) < 0 ? 0 : (size_t)(limit.rlim_cur / 2);
}

DEFINE_CLEANUP(door_free, door)

int door_new(sd_event *event, int listening, const char *subuid, struct closers *closers,
	const struct door_keeper *keeper, struct door **ret_door)
{
	cleanup_with(door_free) struct door *door = calloc(1, sizeof(*door));
	int r;

	if (!door)
		return -ENOMEM;
	door->event = sd_event_ref(event);
	door->closers = closers;
	door->keeper = *keeper;
	door->held_max = half_of_table();
	door->ratelimit.cost_us = UINT64_C(1000000) / REQUESTS_PER_S;
	door->ratelimit.burst = REQUESTS_BURST;
	if ((r = subids_new(event, subuid, &door->subids)) < 0 ||
		(r = sd_event_add_time(event, &door->pause, CLOCK_MONOTONIC, UINT64_MAX, 0,
			 on_pause, door)) < 0 ||
		(r = sd_event_add_io(event, &door->source, listening, EPOLLIN, on_connect, door)) <
			0)
		return r;
	*ret_door = TAKE(door);
	return 0;
}
