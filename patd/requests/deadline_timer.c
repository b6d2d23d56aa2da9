/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The timer of the next deadline of a token. */
#include "patd/requests/deadline_timer.h"

#include <errno.h>
#include <stdlib.h>

#include "common/lifetime.h"
#include "patd/util/log.h"

#define USEC_PER_SEC UINT64_C(1000000)
#define ACCURACY_US USEC_PER_SEC

struct deadline_timer {
	struct tokens *tokens;
	struct deadline_place notified[DEADLINES]; /* up to here */
	uint64_t next;                             /* when the timer is set for; 0: it is not */
	sd_event_source *source;
};

static void set_timer(struct deadline_timer *timer, uint64_t at)
{
	timer->next = at;
	if (sd_event_source_set_time(timer->source, at * USEC_PER_SEC) < 0 ||
		sd_event_source_set_enabled(
			timer->source, at == PAT_NEVER ? SD_EVENT_OFF : SD_EVENT_ONESHOT) < 0)
		log_error("cannot set a timer; nobody is told when a token expires or a "
			  "suspension ends");
}

static int on_timer(sd_event_source *source, uint64_t usec, void *userdata)
{
	struct deadline_timer *timer = userdata;
	uint64_t first = PAT_NEVER;

	(void)source;
	(void)usec;
	for (enum deadline deadline = 0; deadline < DEADLINES; deadline++) {
		uint64_t next = PAT_NEVER;

		/* A database that fails says so in the log; the next change tries again. */
		if (tokens_notify_deadlines(
			    timer->tokens, deadline, &timer->notified[deadline], &next) >= 0 &&
			next != PAT_NEVER && (first == PAT_NEVER || next < first))
			first = next;
	}
	set_timer(timer, first);
	return 0;
}

void deadline_timer_restart(struct deadline_timer *timer)
{
	for (enum deadline deadline = 0; deadline < DEADLINES; deadline++)
		timer->notified[deadline] = tokens_deadlines_from(timer->tokens, deadline);
	/* At once, to find the next deadline; until then no other time puts it off. */
	set_timer(timer, 1);
}

void deadline_timer_consider(struct deadline_timer *timer, uint64_t at)
{
	if (at != PAT_NEVER && (timer->next == PAT_NEVER || at < timer->next))
		set_timer(timer, at);
}

int deadline_timer_new(sd_event *event, struct tokens *tokens, struct deadline_timer **ret_timer)
{
	struct deadline_timer *timer = calloc(1, sizeof(*timer));
	int r;

	if (!timer)
		return -ENOMEM;
	timer->tokens = tokens;
	r = sd_event_add_time(
		event, &timer->source, CLOCK_REALTIME, 0, ACCURACY_US, on_timer, timer);
	if (r < 0) {
		deadline_timer_free(timer);
		return r;
	}
	deadline_timer_restart(timer);
	*ret_timer = timer;
	return 0;
}

void deadline_timer_free(struct deadline_timer *timer)
{
	if (!timer)
		return;
	sd_event_source_disable_unref(timer->source);
	free(timer);
}
