/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The thread that syncs the usage log, and its timer. */
#include "patd/usage/usage_sync.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "common/cleanup.h"
#include "patd/db/sync_thread.h"
#include "patd/util/log.h"

#define LAG_US (UINT64_C(1000) * 1000)
#define AGAIN_US (UINT64_C(50) * 1000)

struct usage_sync {
	struct sync_thread thread; /* first: its job is turned back into its sync */
	struct usage_log *log;
	usage_flush_fn flush;
	void *userdata;
	void (*fn)(void *userdata);
	void *fn_userdata;
	struct usage_sync_order order;
	int result;
	uint64_t hurry, failed; /* numbers of batches */
	bool armed;
};

static void run(struct job *job)
{
	struct usage_sync *sync = (struct usage_sync *)job;

	sync->result = usage_log_run_sync(sync->log, &sync->order);
}

static void arm(struct usage_sync *sync, uint64_t usec)
{
	sync->armed = sync_thread_arm(&sync->thread, usec);
}

static void start(struct usage_sync *sync)
{
	if (sync->thread.busy || sync->thread.ending ||
		!usage_log_begin_sync(sync->log, &sync->order))
		return;
	if (!sync_thread_start(&sync->thread))
		usage_log_end_sync(sync->log, &sync->order, -EBUSY);
}

static void log_outcome(struct usage_sync *sync)
{
	if (sync->result < 0 && !sync->thread.failing)
		log_error("uses of tokens cannot be put on disk (%s): tokens with a maximum of "
			  "uses, and new secrets whose former ones have not ended, are refused",
			strerror(-sync->result));
	else if (sync->result == 0 && sync->thread.failing)
		log_notice("uses of tokens are put on disk again");
	sync->thread.failing = sync->result < 0;
}

static void done(struct job *job)
{
	struct usage_sync *sync = (struct usage_sync *)job;

	sync->thread.busy = false;
	usage_log_end_sync(sync->log, &sync->order, sync->result);
	if (sync->result < 0 && !sync->order.write_back) {
		/* What the kernel may have dropped is written again, before anybody is told. */
		start(sync);
		return;
	}
	log_outcome(sync);
	if (sync->result < 0) {
		sync->failed = sync->order.number;
		arm(sync, LAG_US);
	}
	if (sync->fn)
		sync->fn(sync->fn_userdata);
	if (sync->result == 0 && sync->hurry > usage_log_synced(sync->log))
		start(sync);
}

static int on_timer(sd_event_source *source, uint64_t usec, void *userdata)
{
	struct usage_sync *sync = userdata;
	int r;

	(void)source;
	(void)usec;
	sync->armed = false;
	start(sync);
	r = sync->flush(sync->userdata);
	if (r != 0)
		arm(sync, r == 1 ? 0 : r == -EAGAIN ? AGAIN_US : LAG_US);
	return 0;
}

/* After a turn of the loop in which somebody began to wait. */
static int on_wake(sd_event_source *source, void *userdata)
{
	struct usage_sync *sync = userdata;

	(void)source;
	if (sync->hurry > usage_log_synced(sync->log) && !sync->thread.failing)
		start(sync);
	return 0;
}

void usage_sync_wrote(struct usage_sync *sync)
{
	if (!sync->armed)
		arm(sync, LAG_US);
}

DEFINE_CLEANUP(usage_sync_free, usage_sync)

int usage_sync_new(sd_event *event, struct usage_log *log, usage_flush_fn flush, void *userdata,
	struct usage_sync **ret_sync)
{
	cleanup_with(usage_sync_free) struct usage_sync *sync = calloc(1, sizeof(*sync));
	int r;

	if (!sync)
		return -ENOMEM;
	sync->log = log;
	sync->flush = flush;
	sync->userdata = userdata;
	sync->thread.job = (struct job) { .run = run, .done = done };
	r = sync_thread_begin(&sync->thread, event, on_wake, on_timer);
	if (r < 0)
		return r;
	/* What a patd before this one has left is synced, too. */
	arm(sync, 0);
	*ret_sync = TAKE(sync);
	return 0;
}

void usage_sync_free(struct usage_sync *sync)
{
	if (!sync)
		return;
	sync->fn = NULL;
	sync_thread_end(&sync->thread);
	free(sync);
}

void usage_sync_hurry(struct usage_sync *sync)
{
	sync->hurry = usage_log_last(sync->log);
	if (!sync_thread_wake(&sync->thread))
		start(sync);
}

enum sync_state usage_sync_state(const struct usage_sync *sync, uint64_t number)
{
	if (number <= usage_log_synced(sync->log))
		return SYNC_DONE;
	return number <= sync->failed ? SYNC_FAILED : SYNC_WAITING;
}

void usage_sync_listen(struct usage_sync *sync, void (*fn)(void *userdata), void *userdata)
{
	sync->fn = fn;
	sync->fn_userdata = userdata;
}
