/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The timer by which the latest time seen is stored, and sessions that have ended are removed. */
#include "patd/hourly.h"

#include <errno.h>
#include <stdlib.h>

#include "common/cleanup.h"

#define USEC_PER_SEC UINT64_C(1000000)
/* With whatever wakes the machine by then; and an hour later at most. */
#define ACCURACY_US (UINT64_C(15) * 60 * USEC_PER_SEC)
#define INTERVAL_US (UINT64_C(3600) * USEC_PER_SEC - ACCURACY_US)

struct hourly {
	struct tokens *tokens;
	sd_event_source *timer;
};

static int on_timer(sd_event_source *source, uint64_t usec, void *userdata)
{
	struct hourly *hourly = userdata;
	int r;

	(void)usec;
	tokens_keep_time(hourly->tokens);
	tokens_keep_sessions(hourly->tokens);
	r = sd_event_source_set_time_relative(source, INTERVAL_US);
	return r < 0 ? r : sd_event_source_set_enabled(source, SD_EVENT_ONESHOT);
}

DEFINE_CLEANUP(hourly_free, hourly)

int hourly_new(sd_event *event, struct tokens *tokens, struct hourly **ret_hourly)
{
	cleanup_with(hourly_free) struct hourly *hourly = calloc(1, sizeof(*hourly));
	int r;

	if (!hourly)
		return -ENOMEM;
	hourly->tokens = tokens;
	r = sd_event_add_time_relative(
		event, &hourly->timer, CLOCK_BOOTTIME, INTERVAL_US, ACCURACY_US, on_timer, hourly);
	if (r < 0)
		return r;
	*ret_hourly = TAKE(hourly);
	return 0;
}

void hourly_free(struct hourly *hourly)
{
	if (!hourly)
		return;
	sd_event_source_disable_unref(hourly->timer);
	free(hourly);
}
