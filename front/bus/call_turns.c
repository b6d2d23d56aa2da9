/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Queues of calls: each call that others of its client wait for has them; the rest are here. */
#include "front/bus/call_turns.h"

#include <errno.h>
#include <stdlib.h>

#include "common/cleanup.h"
#include "front/bus/bus_message.h"
#include "front/bus/interface.h"
#include "patd/util/log.h"
#include "patd/util/turn.h"

struct call_turns {
	sd_event *event;
	struct client_calls ready;   /* what they waited for has been passed on to patd */
	struct client_calls waiting; /* with a long answer, or that is sent too much by now */
	struct turn turn;
	sd_event_source *pace;
};

static void put(struct call *call, struct client_calls *queue)
{
	call->queue = queue;
	TAILQ_INSERT_TAIL(queue, call, next);
}

static void take_out(struct call *call)
{
	if (!call->queue)
		return;
	if (call->client && call->queue == &call->client->unknown)
		client_end_unknown(call->client);
	TAILQ_REMOVE(call->queue, call, next);
	call->queue = NULL;
}

static void wake(struct call_turns *turns)
{
	if (turn_want(&turns->turn) < 0)
		log_error("cannot arrange a turn of the loop; calls wait for the next one");
}

static bool may_have_more(const struct call_turns *turns, const struct call *call)
{
	uint64_t now;

	return sd_event_now(turns->event, CLOCK_MONOTONIC, &now) < 0 ||
	       account_may_have_more(call->account, now);
}

/* All before it have been passed on to patd. */
static void begin(struct call_turns *turns, struct call *call)
{
	const struct bus_method *method = call->method;

	if (method->long_answer ||
		(!method->takes_access &&
			(message_congested(call->connection) || !may_have_more(turns, call)))) {
		put(call, &turns->waiting);
		wake(turns);
		/* It only reads. */
		if (method->long_answer)
			call_turns_pass(call);
	} else {
		method->serve(call);
	}
}

void call_turns_enter(struct call *call)
{
	struct client *client = call->client;

	if (client->ahead)
		put(call, &client->ahead->behind);
	else
		client->ahead = call;
}

void call_turns_begin(struct call *call)
{
	call->identified = true;
	if (!call->queue)
		begin(call->context->turns, call);
}

bool call_turns_wait_for_uid(struct call *call)
{
	if (!client_take_unknown(call->client))
		return false;
	put(call, &call->client->unknown);
	return true;
}

void call_turns_uid_known(struct call *call)
{
	take_out(call);
}

void call_turns_pass(struct call *call)
{
	struct call *heir = TAILQ_FIRST(&call->behind);

	if (call->client && call->client->ahead == call)
		call->client->ahead = heir;
	if (!heir)
		return;
	TAILQ_REMOVE(&call->behind, heir, next);
	TAILQ_CONCAT(&heir->behind, &call->behind, next);
	for (struct call *other = TAILQ_FIRST(&heir->behind); other;
		other = TAILQ_NEXT(other, next))
		other->queue = &heir->behind;
	heir->queue = NULL;
	if (!heir->identified)
		return;
	put(heir, &call->context->turns->ready);
	wake(call->context->turns);
}

void call_turns_end(struct call *call)
{
	take_out(call);
	call_turns_pass(call);
	if (call->long_counted) {
		call->long_counted = false;
		account_end_long_answer(call->account);
		wake(call->context->turns);
	}
	if (!call->client || call->client->at_work != call)
		return;
	call->client->at_work = NULL;
	wake(call->context->turns);
}

static bool may_be_served(const struct call_turns *turns, const struct call *call)
{
	if (call->client && call->client->at_work)
		return false;
	if (call->method->long_answer && !account_may_have_long_answer(call->account))
		return false;
	return may_have_more(turns, call);
}

/* Of those that may be served the first one of whom has been sent least. */
static struct call *first_of_waiting(const struct call_turns *turns)
{
	struct call *call, *first = NULL;

	TAILQ_FOREACH(call, &turns->waiting, next)
		if (may_be_served(turns, call) &&
			(!first || call->account->bytes > first->account->bytes))
			first = call;
	return first;
}

static void serve_waiting(struct call_turns *turns)
{
	struct call *call = TAILQ_FIRST(&turns->waiting);

	if (call && !message_congested(call->connection))
		call = first_of_waiting(turns);
	else
		call = NULL;
	if (!call) {
		(void)sd_event_source_set_time_relative(turns->pace, MESSAGE_CONGESTED_US);
		(void)sd_event_source_set_enabled(turns->pace, SD_EVENT_ONESHOT);
		return;
	}
	take_out(call);
	if (call->client)
		call->client->at_work = call;
	call->long_counted = call->method->long_answer;
	if (call->long_counted)
		account_begin_long_answer(call->account);
	call->method->serve(call);
	if (!TAILQ_EMPTY(&turns->waiting))
		wake(turns);
}

/* One or two calls a turn of the loop. */
static void on_turn(void *userdata)
{
	struct call_turns *turns = userdata;
	struct call *call = TAILQ_FIRST(&turns->ready);

	if (call) {
		take_out(call);
		begin(turns, call);
	}
	if (!TAILQ_EMPTY(&turns->ready))
		wake(turns);
	if (!TAILQ_EMPTY(&turns->waiting))
		serve_waiting(turns);
}

static int on_pace(sd_event_source *source, uint64_t usec, void *userdata)
{
	(void)source;
	(void)usec;
	wake(userdata);
	return 0;
}

void call_turns_free(struct call_turns *turns)
{
	if (!turns)
		return;
	turn_end(&turns->turn);
	sd_event_source_disable_unref(turns->pace);
	sd_event_unref(turns->event);
	free(turns);
}

DEFINE_CLEANUP(call_turns_free, call_turns)

int call_turns_new(sd_event *event, struct call_turns **ret_turns)
{
	cleanup_with(call_turns_free) struct call_turns *turns = calloc(1, sizeof(*turns));
	int r;

	if (!turns)
		return -ENOMEM;
	turns->event = sd_event_ref(event);
	TAILQ_INIT(&turns->ready);
	TAILQ_INIT(&turns->waiting);
	turn_begin(&turns->turn, event, on_turn, turns);
	r = sd_event_add_time(
		event, &turns->pace, CLOCK_MONOTONIC, UINT64_MAX, 1000, on_pace, turns);
	if (r < 0)
		return r;
	*ret_turns = TAKE(turns);
	return 0;
}
