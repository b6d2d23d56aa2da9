/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A thread and its two queues: jobs that wait, and jobs that are finished. */
#include "patd/util/worker.h"

#include <errno.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "common/cleanup.h"

STAILQ_HEAD(queue, job);

struct worker {
	pthread_t thread;
	pthread_mutex_t lock; /* over all below but the source */
	pthread_cond_t changed;
	struct queue waiting, finished;
	bool stop;
	unsigned int under_way, limit; /* the loop's alone */
	int finished_fd;
	sd_event_source *source;
};

static struct job *queue_take(struct queue *queue)
{
	struct job *job = STAILQ_FIRST(queue);

	if (job)
		STAILQ_REMOVE_HEAD(queue, next);
	return job;
}

static void *work(void *userdata)
{
	struct worker *worker = userdata;

	pthread_mutex_lock(&worker->lock);
	while (!worker->stop) {
		struct job *job = queue_take(&worker->waiting);

		if (!job) {
			pthread_cond_wait(&worker->changed, &worker->lock);
			continue;
		}
		pthread_mutex_unlock(&worker->lock);
		job->run(job);
		pthread_mutex_lock(&worker->lock);
		STAILQ_INSERT_TAIL(&worker->finished, job, next);
		/* Fails only if the counter would pass 2^64 - 2. */
		(void)eventfd_write(worker->finished_fd, 1);
	}
	pthread_mutex_unlock(&worker->lock);
	return NULL;
}

/* One a turn of the loop: what follows it may write to the disk, and logins wait for no more. */
static int on_finished(sd_event_source *source, int fd, uint32_t revents, void *userdata)
{
	struct worker *worker = userdata;
	eventfd_t one;
	struct job *job;

	(void)source;
	(void)revents;
	if (eventfd_read(fd, &one) < 0)
		return errno == EAGAIN ? 0 : -errno;
	pthread_mutex_lock(&worker->lock);
	job = queue_take(&worker->finished);
	pthread_mutex_unlock(&worker->lock);
	if (job) {
		worker->under_way--;
		job->done(job);
	}
	return 0;
}

/* All but the thread.  NULL is allowed. */
static void release(struct worker *worker)
{
	if (!worker)
		return;
	sd_event_source_disable_unref(worker->source);
	if (worker->finished_fd >= 0)
		close(worker->finished_fd);
	pthread_cond_destroy(&worker->changed);
	pthread_mutex_destroy(&worker->lock);
	free(worker);
}

DEFINE_CLEANUP(release, worker)

int worker_new(sd_event *event, unsigned int limit, struct worker **ret_worker)
{
	cleanup_with(release) struct worker *worker = calloc(1, sizeof(*worker));
	int r;

	if (!worker)
		return -ENOMEM;
	pthread_mutex_init(&worker->lock, NULL);
	pthread_cond_init(&worker->changed, NULL);
	STAILQ_INIT(&worker->waiting);
	STAILQ_INIT(&worker->finished);
	worker->limit = limit;
	worker->finished_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK | EFD_SEMAPHORE);
	if (worker->finished_fd < 0)
		return -errno;
	r = sd_event_add_io(
		event, &worker->source, worker->finished_fd, EPOLLIN, on_finished, worker);
	if (r < 0)
		return r;
	r = -pthread_create(&worker->thread, NULL, work, worker);
	if (r < 0)
		return r;
	*ret_worker = TAKE(worker);
	return 0;
}

int worker_set_priority(struct worker *worker, int64_t priority)
{
	return sd_event_source_set_priority(worker->source, priority);
}

int worker_submit(struct worker *worker, struct job *job)
{
	if (worker->under_way >= worker->limit)
		return -EBUSY;
	worker->under_way++;
	pthread_mutex_lock(&worker->lock);
	STAILQ_INSERT_TAIL(&worker->waiting, job, next);
	pthread_cond_signal(&worker->changed);
	pthread_mutex_unlock(&worker->lock);
	return 0;
}

void worker_free(struct worker *worker)
{
	struct job *job;

	if (!worker)
		return;
	pthread_mutex_lock(&worker->lock);
	worker->stop = true;
	pthread_cond_signal(&worker->changed);
	pthread_mutex_unlock(&worker->lock);
	pthread_join(worker->thread, NULL);
	while ((job = queue_take(&worker->finished)) || (job = queue_take(&worker->waiting)))
		job->done(job);
	release(worker);
}
