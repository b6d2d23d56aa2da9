/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Look-ups of users: two pools of threads, each with a queue. */
#include "front/bus/lookups.h"

#include <errno.h>
#include <stdlib.h>

#include "common/cleanup.h"

#define CALLER_THREADS 2U /* who is calling: by uid */
#define NAME_THREADS 4U   /* whom callers name */

struct pool {
	unsigned int n;
	struct worker *workers[NAME_THREADS];
	const struct lookup *running[NAME_THREADS];
	TAILQ_HEAD(waiting, lookup) waiting;
};

struct lookups {
	struct pool callers, names;
};

static struct pool *pool_of(struct lookups *lookups, const struct lookup *lookup)
{
	return lookup->user.by_name ? &lookups->names : &lookups->callers;
}

static bool runs_for(const struct pool *pool, const struct account *account)
{
	for (unsigned int i = 0; i < pool->n; i++)
		if (pool->running[i] && pool->running[i]->account == account)
			return true;
	return false;
}

static struct lookup *choose(const struct pool *pool)
{
	struct lookup *lookup;

	TAILQ_FOREACH(lookup, &pool->waiting, next)
		if (!runs_for(pool, lookup->account))
			break;
	return lookup;
}

static void run_more(struct pool *pool)
{
	for (unsigned int i = 0; i < pool->n; i++) {
		struct lookup *lookup = pool->running[i] ? NULL : choose(pool);

		/* The worker has no job, so that it takes this one. */
		if (!lookup || worker_submit(pool->workers[i], &lookup->user.job) < 0)
			continue;
		TAILQ_REMOVE(&pool->waiting, lookup, next);
		(void)account_ref(lookup->account);
		pool->running[i] = lookup;
	}
}

static void on_done(struct job *job)
{
	struct lookup *lookup = (struct lookup *)job;
	struct pool *pool = pool_of(lookup->lookups, lookup);

	for (unsigned int i = 0; i < pool->n; i++)
		if (pool->running[i] == lookup)
			pool->running[i] = NULL;
	account_unref(lookup->account);
	run_more(pool);
	lookup->done(lookup);
}

void lookups_ask(struct lookups *lookups, struct lookup *lookup)
{
	struct pool *pool = pool_of(lookups, lookup);

	lookup->lookups = lookups;
	lookup->user.job = (struct job) { .run = users_run, .done = on_done };
	lookup->user.result = -ECANCELED; /* it may never run */
	TAILQ_INSERT_TAIL(&pool->waiting, lookup, next);
	run_more(pool);
}

bool lookups_cancel(struct lookup *lookup)
{
	struct pool *pool = pool_of(lookup->lookups, lookup);

	for (unsigned int i = 0; i < pool->n; i++)
		if (pool->running[i] == lookup)
			return false;
	TAILQ_REMOVE(&pool->waiting, lookup, next);
	return true;
}

static int pool_new(struct pool *pool, sd_event *event, unsigned int n)
{
	TAILQ_INIT(&pool->waiting);
	for (; pool->n < n; pool->n++) {
		int r = worker_new(event, 1, &pool->workers[pool->n]);

		if (r < 0)
			return r;
	}
	return 0;
}

static void pool_free(struct pool *pool)
{
	struct waiting waiting = TAILQ_HEAD_INITIALIZER(waiting);
	struct lookup *lookup;
	unsigned int n = pool->n;

	TAILQ_CONCAT(&waiting, &pool->waiting, next);
	for (unsigned int i = 0; i < n; i++)
		worker_free(pool->workers[i]);
	while ((lookup = TAILQ_FIRST(&waiting))) {
		TAILQ_REMOVE(&waiting, lookup, next);
		lookup->done(lookup);
	}
}

void lookups_free(struct lookups *lookups)
{
	if (!lookups)
		return;
	pool_free(&lookups->callers);
	pool_free(&lookups->names);
	free(lookups);
}

DEFINE_CLEANUP(lookups_free, lookups)

int lookups_new(sd_event *event, struct lookups **ret_lookups)
{
	cleanup_with(lookups_free) struct lookups *lookups = calloc(1, sizeof(*lookups));
	int r;

	if (!lookups)
		return -ENOMEM;
	TAILQ_INIT(&lookups->names.waiting);
	r = pool_new(&lookups->callers, event, CALLER_THREADS);
	if (r < 0)
		return r;
	r = pool_new(&lookups->names, event, NAME_THREADS);
	if (r < 0)
		return r;
	*ret_lookups = TAKE(lookups);
	return 0;
}
