/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A thread that puts something on disk beside the loop, one job at a time, and what lets its owner
 * look for the next one: the end of a turn of the loop, or of a period.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <systemd/sd-event.h>

#include "patd/util/worker.h"

/* The first member of its owner, whose are the functions; they get the owner as userdata. */
struct sync_thread {
	struct job job; /* first: a job is turned back into its owner */
	struct worker *worker;
	sd_event_source *turn, *period;
	bool busy, ending; /* no other job is begun */
	bool failing;      /* the last attempt did */
};

/* thread has the job's functions.  After a failure sync_thread_end(), too. */
int sync_thread_begin(struct sync_thread *thread, sd_event *event, sd_event_handler_t on_turn,
	sd_event_time_handler_t on_period);
/* Waits for the job. */
void sync_thread_end(struct sync_thread *thread);

/* False without memory. */
bool sync_thread_start(struct sync_thread *thread);
/* on_turn() is called after this turn; on_period() after so long.  False without memory. */
bool sync_thread_wake(struct sync_thread *thread);
bool sync_thread_arm(struct sync_thread *thread, uint64_t usec);
