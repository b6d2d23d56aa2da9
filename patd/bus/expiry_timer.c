/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The timer of the next deadline of a token. */
#include "patd/bus/expiry_timer.h"

#include <errno.h>
#include <stdlib.h>

#include "common/lifetime.h"
#include "patd/util/log.h"

#define USEC_PER_SEC UINT64_C(1000000)
#define ACCURACY_US USEC_PER_SEC

struct expiry_timer {
	struct tokens *tokens;
	struct deadline_place notified[DEADLINES]; /* up to here */
	uint64_t next;                             /* when the timer is set for; 0: it is not */
	sd_event_source *timer;
};

static void set_timer(struct expiry_timer *expiry, uint64_t at)
{
	expiry->next = at;
	if (sd_event_source_set_time(expiry->timer, at * USEC_PER_SEC) < 0 ||
		sd_event_source_set_enabled(
			expiry->timer, at == PAT_NEVER ? SD_EVENT_OFF : SD_EVENT_ONESHOT) < 0)
		log_error("cannot set a timer; no signal is sent when a token expires or a "
			  "suspension ends");
}

static int on_timer(sd_event_source *source, uint64_t usec, void *userdata)
{
	struct expiry_timer *expiry = userdata;
	uint64_t first = PAT_NEVER;

	(void)source;
	(void)usec;
	for (enum deadline deadline = 0; deadline < DEADLINES; deadline++) {
		uint64_t next = PAT_NEVER;

		/* A database that fails says so in the log; the next change tries again. */
		if (tokens_notify_deadlines(
			    expiry->tokens, deadline, &expiry->notified[deadline], &next) >= 0 &&
			next != PAT_NEVER && (first == PAT_NEVER || next < first))
			first = next;
	}
	set_timer(expiry, first);
	return 0;
}

void expiry_timer_restart(struct expiry_timer *expiry)
{
	for (enum deadline deadline = 0; deadline < DEADLINES; deadline++)
		expiry->notified[deadline] = tokens_deadlines_from(expiry->tokens, deadline);
	/* At once, to find the next deadline; until then no other time puts it off. */
	set_timer(expiry, 1);
}

void expiry_timer_consider(struct expiry_timer *expiry, uint64_t at)
{
	if (at != PAT_NEVER && (expiry->next == PAT_NEVER || at < expiry->next))
		set_timer(expiry, at);
}

int expiry_timer_new(sd_event *event, struct tokens *tokens, struct expiry_timer **ret_expiry)
{
	struct expiry_timer *expiry = calloc(1, sizeof(*expiry));
	int r;

	if (!expiry)
		return -ENOMEM;
	expiry->tokens = tokens;
	r = sd_event_add_time(
		event, &expiry->timer, CLOCK_REALTIME, 0, ACCURACY_US, on_timer, expiry);
	if (r < 0) {
		expiry_timer_free(expiry);
		return r;
	}
	expiry_timer_restart(expiry);
	*ret_expiry = expiry;
	return 0;
}

void expiry_timer_free(struct expiry_timer *expiry)
{
	if (!expiry)
		return;
	sd_event_source_disable_unref(expiry->timer);
	free(expiry);
}
