/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A thread for what may block, so that the loop never does: it runs jobs one after the other,
 * and hands each back to the loop.
 */
#pragma once

#include <sys/queue.h>
#include <systemd/sd-event.h>

struct worker;

/*
 * Embedded in what the work is about, whose owner keeps it until done() has been called.
 * run() is called in the thread and touches nothing that the loop does; done() in the loop.
 */
struct job {
	void (*run)(struct job *job);
	void (*done)(struct job *job);
	STAILQ_ENTRY(job) next;
};

/* At most limit jobs wait or run at a time. */
int worker_new(sd_event *event, unsigned int limit, struct worker **ret_worker);

/* Of done() in the loop: see sd_event_source_set_priority(3). */
int worker_set_priority(struct worker *worker, int64_t priority);

/* -EBUSY if limit jobs are under way. */
int worker_submit(struct worker *worker, struct job *job);

/*
 * Waits for the job that is running, then calls done() of all, also of those that were never
 * run.  NULL is allowed.
 */
void worker_free(struct worker *worker);
