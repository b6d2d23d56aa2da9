/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Has the database synced by another thread. */
#include "patd/db/sync.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>

#define LAG_US (UINT64_C(1000) * 1000)

struct sync {
	struct job job;
	struct worker *worker;
	struct database *database;
	sd_event_source *post, *timer;
	bool waiting; /* for the timer, or for the job */
};

/* In the worker. */
static void run(struct job *job)
{
	struct sync *sync = (struct sync *)job;

	/* A failure has been logged; the WAL keeps everything, and the next change tries again. */
	(void)database_sync(sync->database->path);
}

static void done(struct job *job)
{
	struct sync *sync = (struct sync *)job;

	sync->waiting = false;
}

static int on_timer(sd_event_source *source, uint64_t usec, void *userdata)
{
	struct sync *sync = userdata;

	(void)source;
	(void)usec;
	sync->database->unsynced = false;
	sync->waiting = worker_submit(sync->worker, &sync->job) >= 0;
	return 0;
}

/* After every turn of the loop that did something. */
static int on_post(sd_event_source *source, void *userdata)
{
	struct sync *sync = userdata;
	int r;

	(void)source;
	if (sync->waiting || !sync->database->unsynced)
		return 0;
	r = sd_event_source_set_time_relative(sync->timer, LAG_US);
	if (r >= 0)
		r = sd_event_source_set_enabled(sync->timer, SD_EVENT_ONESHOT);
	sync->waiting = r >= 0;
	return 0;
}

int sync_new(
	sd_event *event, struct worker *worker, struct database *database, struct sync **ret_sync)
{
	struct sync *sync = calloc(1, sizeof(*sync));
	int r;

	if (!sync)
		return -ENOMEM;
	sync->job = (struct job) { .run = run, .done = done };
	sync->worker = worker;
	sync->database = database;
	if ((r = sd_event_add_time_relative(
		     event, &sync->timer, CLOCK_MONOTONIC, LAG_US, 0, on_timer, sync)) < 0 ||
		(r = sd_event_source_set_enabled(sync->timer, SD_EVENT_OFF)) < 0 ||
		(r = sd_event_add_post(event, &sync->post, on_post, sync)) < 0) {
		sync_free(sync);
		return r;
	}
	*ret_sync = sync;
	return 0;
}

void sync_free(struct sync *sync)
{
	if (!sync)
		return;
	sd_event_source_disable_unref(sync->post);
	sd_event_source_disable_unref(sync->timer);
	free(sync);
}
