/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Numbers that two threads take from, and who waits for whom. */
#include "patd/util/beside.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>

struct beside {
	pthread_t thread;
	bool begun; /* the caller's alone */
	/* Over all below. */
	pthread_mutex_t lock;
	pthread_cond_t wanted, done;
	bool stop;
	void (*fn)(size_t at, void *userdata);
	void *userdata;
	size_t next, n;
	size_t under_way;
};

/* With the lock, which it gives up while it works.  False: there is nothing to take. */
static bool do_next(struct beside *beside)
{
	const size_t at = beside->next;

	if (at == beside->n)
		return false;
	beside->next++;
	beside->under_way++;
	pthread_mutex_unlock(&beside->lock);
	beside->fn(at, beside->userdata);
	pthread_mutex_lock(&beside->lock);
	beside->under_way--;
	return true;
}

static void *help(void *userdata)
{
	struct beside *beside = userdata;

	pthread_mutex_lock(&beside->lock);
	while (!beside->stop) {
		if (do_next(beside))
			pthread_cond_signal(&beside->done);
		else
			pthread_cond_wait(&beside->wanted, &beside->lock);
	}
	pthread_mutex_unlock(&beside->lock);
	return NULL;
}

struct beside *beside_new(void)
{
	struct beside *beside = calloc(1, sizeof(*beside));

	if (!beside)
		return NULL;
	pthread_mutex_init(&beside->lock, NULL);
	pthread_cond_init(&beside->wanted, NULL);
	pthread_cond_init(&beside->done, NULL);
	return beside;
}

static bool has_thread(struct beside *beside)
{
	if (!beside->begun)
		beside->begun = pthread_create(&beside->thread, NULL, help, beside) == 0;
	return beside->begun;
}

void beside_run(
	struct beside *beside, void (*fn)(size_t at, void *userdata), size_t n, void *userdata)
{
	/* For one alone nobody is woken. */
	if (n < 2 || !beside || !has_thread(beside)) {
		for (size_t at = 0; at < n; at++)
			fn(at, userdata);
		return;
	}
	pthread_mutex_lock(&beside->lock);
	beside->fn = fn;
	beside->userdata = userdata;
	beside->next = 0;
	beside->n = n;
	pthread_cond_signal(&beside->wanted);
	while (do_next(beside))
		;
	while (beside->under_way > 0)
		pthread_cond_wait(&beside->done, &beside->lock);
	pthread_mutex_unlock(&beside->lock);
}

void beside_free(struct beside *beside)
{
	if (!beside)
		return;
	pthread_mutex_lock(&beside->lock);
	beside->stop = true;
	pthread_cond_signal(&beside->wanted);
	pthread_mutex_unlock(&beside->lock);
	if (beside->begun)
		pthread_join(beside->thread, NULL);
	pthread_cond_destroy(&beside->wanted);
	pthread_cond_destroy(&beside->done);
	pthread_mutex_destroy(&beside->lock);
	free(beside);
}
