/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Whose turn it is, and when the next one is. */
#include "patd/requests/turns.h"

#include <stdlib.h>
#include <time.h>

#include "patd/requests/requests_private.h"
#include "patd/util/log.h"

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

uint64_t turns_now_us(void)
{
	return read_us(CLOCK_MONOTONIC);
}

/* What this thread has used: what others take of a busy machine is not the request's fault. */
static uint64_t used_us(void)
{
	return read_us(CLOCK_THREAD_CPUTIME_ID);
}

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

	for (peer = LIST_FIRST(&requests->peers); peer; peer = LIST_NEXT(peer, entry)) {
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
		for (peer = LIST_FIRST(&requests->peers); peer; peer = LIST_NEXT(peer, entry))
			peer->served = peer->served && peer->is_front != front;
		first->served = true;
	}
	return first;
}

static bool side_ready(struct requests *requests, bool front)
{
	const struct request_peer *peer;

	for (peer = LIST_FIRST(&requests->peers); peer; peer = LIST_NEXT(peer, entry))
		if (peer->is_front == front && work_queues_ready(&peer->queues, lanes_of(peer)))
			return true;
	return false;
}

static void pause_front(struct requests *requests, enum lane lane, uint64_t took_us)
{
	const uint64_t now = turns_now_us();
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

void turns_close(struct request_peer *peer)
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
			turns_close(peer);
	}
}

static bool front_paused(const struct requests *requests)
{
	return requests->front_pause_us > turns_now_us();
}

/* Another turn, at once or when the pause is over, if there is anything to do in it. */
static int arrange_turn(struct requests *requests)
{
	const bool front = side_ready(requests, true);
	const bool paused = front && front_paused(requests);
	const bool now = side_ready(requests, false) || (front && !paused);
	int r = 0;

	if (now)
		return turn_want(&requests->turn);
	turn_end(&requests->turn);
	if (!paused)
		return 0;
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

static void complain(int r)
{
	if (r < 0)
		log_error("cannot arrange a turn of the loop; requests wait for the next one");
}

static void on_turn(void *userdata)
{
	struct requests *requests = userdata;

	take_turn(requests);
	close_failed(requests);
	complain(arrange_turn(requests));
}

static int on_pause_over(sd_event_source *source, uint64_t usec, void *userdata)
{
	(void)source;
	(void)usec;
	on_turn(userdata);
	return 0;
}

void turns_want(struct requests *requests)
{
	complain(turn_want(&requests->turn));
}

int turns_begin(struct requests *requests)
{
	turn_begin(&requests->turn, requests->event, on_turn, requests);
	return sd_event_add_time(requests->event, &requests->pause, CLOCK_MONOTONIC, UINT64_MAX, 1,
		on_pause_over, requests);
}
