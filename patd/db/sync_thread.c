/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The worker and the event sources of what puts things on disk. */
#include "patd/db/sync_thread.h"

/* As that of root's logins, whose flood would starve it. */
#define PRIORITY (-20)

int sync_thread_begin(struct sync_thread *thread, sd_event *event, sd_event_handler_t on_turn,
	sd_event_time_handler_t on_period)
{
	int r;

	if ((r = sd_event_add_time(event, &thread->period, CLOCK_MONOTONIC, UINT64_MAX, 0,
		     on_period, thread)) < 0 ||
		(r = sd_event_source_set_enabled(thread->period, SD_EVENT_OFF)) < 0 ||
		(r = sd_event_source_set_priority(thread->period, PRIORITY)) < 0 ||
		(r = sd_event_add_defer(event, &thread->turn, on_turn, thread)) < 0 ||
		(r = sd_event_source_set_enabled(thread->turn, SD_EVENT_OFF)) < 0 ||
		(r = sd_event_source_set_priority(thread->turn, PRIORITY)) < 0 ||
		(r = worker_new(event, 1, &thread->worker)) < 0)
		return r;
	return worker_set_priority(thread->worker, PRIORITY);
}

void sync_thread_end(struct sync_thread *thread)
{
	thread->ending = true;
	worker_free(thread->worker);
	sd_event_source_disable_unref(thread->turn);
	sd_event_source_disable_unref(thread->period);
}

bool sync_thread_start(struct sync_thread *thread)
{
	thread->busy = worker_submit(thread->worker, &thread->job) >= 0;
	return thread->busy;
}

bool sync_thread_wake(struct sync_thread *thread)
{
	return sd_event_source_set_enabled(thread->turn, SD_EVENT_ONESHOT) >= 0;
}

bool sync_thread_arm(struct sync_thread *thread, uint64_t usec)
{
	return sd_event_source_set_time_relative(thread->period, usec) >= 0 &&
	       sd_event_source_set_enabled(thread->period, SD_EVENT_ONESHOT) >= 0;
}
