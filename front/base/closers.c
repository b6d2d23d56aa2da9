/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Threads for what may block when it is closed: a queue for each uid. */
#include "front/base/closers.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/queue.h>
#include <time.h>
#include <unistd.h>

#include "common/cleanup.h"

#define STACK_SIZE ((size_t)128 * 1024)
#define END_WAIT_S 1 /* closers_free() waits for so long */
#define IDLE_S 2     /* a thread waits for more to do */

struct thing {
	STAILQ_ENTRY(thing) next;
	void (*end)(void *thing); /* NULL: it is a descriptor */
	void *thing;
	int fd;
};

/* A uid that has things to end. */
struct owner {
	TAILQ_ENTRY(owner) next;
	uint32_t uid;
	STAILQ_HEAD(things, thing) things;
	size_t held; /* with the one that a thread is at */
	bool served;
};

struct closers {
	pthread_mutex_t lock;        /* over all of it */
	pthread_cond_t given, ended; /* something to end; a thread has ended */
	TAILQ_HEAD(owners, owner) owners;
	size_t held;
	unsigned int threads, idle;
	bool stop;
};

int closers_new(struct closers **ret_closers)
{
	struct closers *closers = calloc(1, sizeof(*closers));

	if (!closers)
		return -ENOMEM;
	pthread_mutex_init(&closers->lock, NULL);
	pthread_cond_init(&closers->given, NULL);
	pthread_cond_init(&closers->ended, NULL);
	TAILQ_INIT(&closers->owners);
	*ret_closers = closers;
	return 0;
}

static struct owner *find(struct closers *closers, uint32_t uid)
{
	struct owner *owner;

	TAILQ_FOREACH(owner, &closers->owners, next)
		if (owner->uid == uid)
			return owner;
	return NULL;
}

/* The one that has waited longest, and is served from now on. */
static struct owner *take_owner(struct closers *closers)
{
	struct owner *owner;

	TAILQ_FOREACH(owner, &closers->owners, next)
		if (!owner->served) {
			owner->served = true;
			return owner;
		}
	return NULL;
}

static void end_thing(const struct thing *thing)
{
	if (thing->end)
		thing->end(thing->thing);
	else
		(void)close(thing->fd);
}

/* The lock is held, but not while a thing ends. */
static void end_first(struct closers *closers, struct owner *owner)
{
	struct thing *thing = STAILQ_FIRST(&owner->things);

	STAILQ_REMOVE_HEAD(&owner->things, next);
	pthread_mutex_unlock(&closers->lock);
	end_thing(thing);
	free(thing);
	pthread_mutex_lock(&closers->lock);
	closers->held--;
	if (--owner->held > 0) {
		/* Others' turn. */
		owner->served = false;
		TAILQ_REMOVE(&closers->owners, owner, next);
		TAILQ_INSERT_TAIL(&closers->owners, owner, next);
	} else {
		TAILQ_REMOVE(&closers->owners, owner, next);
		free(owner);
	}
}

/* Whether something may have been given meanwhile.  The lock is held, but not while it waits. */
static bool wait_for_more(struct closers *closers)
{
	struct timespec until;
	int r;

	if (closers->stop)
		return false;
	(void)clock_gettime(CLOCK_REALTIME, &until);
	until.tv_sec += IDLE_S;
	closers->idle++;
	r = pthread_cond_timedwait(&closers->given, &closers->lock, &until);
	closers->idle--;
	return r == 0;
}

static void *work(void *userdata)
{
	struct closers *closers = userdata;
	struct owner *owner;

	pthread_mutex_lock(&closers->lock);
	do {
		while ((owner = take_owner(closers)))
			end_first(closers, owner);
	} while (wait_for_more(closers));
	closers->threads--;
	pthread_cond_signal(&closers->ended);
	pthread_mutex_unlock(&closers->lock);
	return NULL;
}

/* The lock is held. */
static void wake_thread(struct closers *closers)
{
	pthread_attr_t attributes;
	pthread_t thread;

	if (closers->idle > 0) {
		pthread_cond_signal(&closers->given);
		return;
	}
	if (closers->threads >= CLOSERS_MAX || pthread_attr_init(&attributes) != 0)
		return;
	(void)pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
	(void)pthread_attr_setstacksize(&attributes, STACK_SIZE);
	/* Without one the things wait for another thread, or for the next that is given. */
	if (pthread_create(&thread, &attributes, work, closers) == 0)
		closers->threads++;
	pthread_attr_destroy(&attributes);
}

/* Finds or makes it; NULL without memory.  The lock is held. */
static struct owner *owner_of(struct closers *closers, uint32_t uid)
{
	struct owner *owner = find(closers, uid);

	if (owner)
		return owner;
	owner = calloc(1, sizeof(*owner));
	if (!owner)
		return NULL;
	owner->uid = uid;
	STAILQ_INIT(&owner->things);
	TAILQ_INSERT_TAIL(&closers->owners, owner, next);
	return owner;
}

/* Takes the thing over unless there is no memory: then it is false.  The lock is held. */
static bool enqueue(struct closers *closers, uint32_t uid, struct thing *thing)
{
	struct owner *owner = owner_of(closers, uid);

	if (!owner)
		return false;
	STAILQ_INSERT_TAIL(&owner->things, thing, next);
	owner->held++;
	closers->held++;
	return true;
}

static void give(struct closers *closers, uint32_t uid, const struct thing *thing)
{
	struct thing *copy = malloc(sizeof(*copy));
	bool queued = false;

	if (copy) {
		*copy = *thing;
		pthread_mutex_lock(&closers->lock);
		queued = enqueue(closers, uid, copy);
		if (queued)
			wake_thread(closers);
		pthread_mutex_unlock(&closers->lock);
	}
	if (!queued) {
		free(copy);
		end_thing(thing);
	}
}

void closers_give(struct closers *closers, uint32_t uid, void (*end)(void *thing), void *thing)
{
	give(closers, uid, &(const struct thing) { .end = end, .thing = thing });
}

void closers_give_fd(struct closers *closers, uint32_t uid, int fd)
{
	give(closers, uid, &(const struct thing) { .fd = fd });
}

size_t closers_held(struct closers *closers)
{
	size_t held;

	pthread_mutex_lock(&closers->lock);
	held = closers->held;
	pthread_mutex_unlock(&closers->lock);
	return held;
}

void closers_free(struct closers *closers)
{
	struct timespec until;
	bool idle;

	if (!closers)
		return;
	(void)clock_gettime(CLOCK_REALTIME, &until);
	until.tv_sec += END_WAIT_S;
	pthread_mutex_lock(&closers->lock);
	closers->stop = true;
	pthread_cond_broadcast(&closers->given);
	while (closers->threads > 0 &&
		pthread_cond_timedwait(&closers->ended, &closers->lock, &until) == 0)
		;
	idle = closers->threads == 0 && closers->held == 0;
	pthread_mutex_unlock(&closers->lock);
	if (!idle)
		return;
	pthread_cond_destroy(&closers->given);
	pthread_cond_destroy(&closers->ended);
	pthread_mutex_destroy(&closers->lock);
	free(closers);
}
