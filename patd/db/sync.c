/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The thread that syncs and folds, and what it is to do next. */
#include "patd/db/sync.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/cleanup.h"
#include "patd/db/sync_thread.h"
#include "patd/db/transaction.h"
#include "patd/db/wal.h"
#include "patd/util/log.h"

#define SECOND_US (UINT64_C(1000) * 1000)
#define SPARING_WAL_MAX (UINT64_C(64) << 10) /* bytes, while the reserve is in use */

enum task {
	TASK_NONE,
	TASK_SYNC, /* the only one beside which the loop goes on writing */
	TASK_WRITE_BACK,
	TASK_EMPTY,
	TASK_FOLD
};

struct sync {
	struct sync_thread thread; /* first: its job is turned back into its sync */
	struct database *database;
	sd_event *event;
	enum task task;
	/* Of the task, for the thread and then from it. */
	uint32_t frames;
	int result;
	enum wal_state state;
	/* Points: see struct database's commits. */
	uint64_t covered, durable, failed;
	uint64_t written; /* how many transactions the timer knows of */
	bool due;         /* the timer has passed */
	bool idle;        /* it had, when the task began */
	bool fold_failed; /* the next one waits for the timer, too */
	unsigned int holds;
	struct {
		void (*fn)(void *userdata);
		void *userdata;
	} listeners[SYNC_LISTENERS_MAX];
};

/* --- in the thread --- */

static void run(struct job *job)
{
	struct sync *sync = (struct sync *)job;
	const int fd = sync->database->wal_fd;

	sync->result = 0;
	switch (sync->task) {
	case TASK_SYNC:
		if (fdatasync(fd) < 0)
			sync->result = -errno;
		sync->state = sync->result < 0 ? WAL_SUSPECT : WAL_SOUND;
		break;
	case TASK_WRITE_BACK:
		sync->result = wal_write_back(fd, sync->frames, &sync->frames);
		sync->state = sync->result < 0 ? WAL_SUSPECT : WAL_SOUND;
		break;
	case TASK_EMPTY:
		sync->result = wal_sync_empty(fd);
		sync->state = sync->result < 0 ? WAL_UNEMPTIED : WAL_SOUND;
		break;
	case TASK_FOLD:
		sync->result = database_fold(sync->database->path, fd, &sync->state);
		break;
	case TASK_NONE:
		break;
	}
}

/* --- in the loop --- */

static void notify(struct sync *sync)
{
	for (size_t i = 0; i < SYNC_LISTENERS_MAX; i++)
		if (sync->listeners[i].fn)
			sync->listeners[i].fn(sync->listeners[i].userdata);
}

static void arm(struct sync *sync)
{
	if (!sync_thread_arm(&sync->thread, SECOND_US))
		sync->due = true;
}

/* Once for all attempts until one succeeds. */
static void log_outcome(struct sync *sync, bool failing)
{
	if (failing && !sync->thread.failing)
		log_error("changes cannot be put on disk (%s); until that is mended patd only "
			  "takes access away",
			strerror(-sync->result));
	else if (!failing && sync->thread.failing)
		log_notice("all changes are on disk again");
	sync->thread.failing = failing;
}

/* SQLite's index points to frames that are not there any more. */
static void give_up(struct sync *sync)
{
	log_error("the disk lost changes that were not on it yet; patd ends");
	sync->failed = UINT64_MAX;
	(void)sd_event_exit(sync->event, EIO);
}

static void take_fold(struct sync *sync)
{
	struct database *database = sync->database;

	if (sync->result == 0 || sync->state == WAL_UNEMPTIED)
		database->wal_frames = 0;
	/* SQLite may begin it anew by itself. */
	database->wal_kept = sync->result < 0;
	if (sync->result < 0 && sync->result != -EBUSY && !sync->fold_failed)
		log_error("the log of the database cannot be folded in (%s); patd keeps trying",
			strerror(-sync->result));
	sync->fold_failed = sync->result < 0;
	/* A second without any change. */
	if (sync->idle)
		database_shrink(database);
}

static void take_result(struct sync *sync, enum task task)
{
	sync->database->wal_state = sync->state;
	if (task == TASK_FOLD || task == TASK_EMPTY)
		take_fold(sync);
	if (sync->state != WAL_SUSPECT)
		sync->durable = sync->covered;
	if (sync->state == WAL_SOUND)
		log_outcome(sync, false);
	if (sync->result == 0)
		return;
	if (task == TASK_WRITE_BACK && sync->result == -EBADMSG) {
		give_up(sync);
		return;
	}
	/* What the kernel may have dropped is written again at once, before anybody is told. */
	if (sync->state == WAL_SUSPECT && task != TASK_WRITE_BACK)
		return;
	if (sync->state == WAL_SUSPECT)
		sync->failed = sync->covered;
	if (sync->state != WAL_SOUND)
		log_outcome(sync, true);
	arm(sync);
}

static void step(struct sync *sync);

static void done(struct job *job)
{
	struct sync *sync = (struct sync *)job;
	enum task task = sync->task;

	sync->task = TASK_NONE;
	sync->thread.busy = false;
	take_result(sync, task);
	sync->database->paused = false;
	notify(sync);
	step(sync);
}

static bool fold_is_due(const struct sync *sync)
{
	const struct database *database = sync->database;
	const uint64_t size = wal_size_of(database->page_size, database->wal_frames);

	if (sync->holds > 0 || size == 0)
		return false;
	return sync->due ||
	       (!sync->fold_failed && (size > SYNC_WAL_MAX ||
					      (database->reserve_spent && size > SPARING_WAL_MAX)));
}

static enum task next_task(const struct sync *sync)
{
	const struct database *database = sync->database;
	/* After a failure the timer says when to try again. */
	bool wait = sync->thread.failing && !sync->due;

	if (database->wal_state == WAL_UNEMPTIED && database->wal_frames == 0)
		return sync->due ? TASK_EMPTY : TASK_NONE;
	if (database->wal_state != WAL_SOUND)
		return wait ? TASK_NONE : TASK_WRITE_BACK;
	if (fold_is_due(sync))
		return TASK_FOLD;
	return database->commits > sync->durable ? TASK_SYNC : TASK_NONE;
}

static void step(struct sync *sync)
{
	struct database *database = sync->database;

	if (sync->thread.busy || sync->thread.ending)
		return;
	sync->task = next_task(sync);
	if (sync->task == TASK_NONE)
		return;
	sync->covered = database->commits;
	sync->frames = database->wal_frames;
	if (sync->task != TASK_SYNC) {
		/* A transaction that reads would be in the way of it. */
		(void)usage_commit(database);
		database->paused = true;
		sync->idle = sync->due;
		sync->due = false;
	}
	if (!sync_thread_start(&sync->thread)) {
		sync->task = TASK_NONE;
		database->paused = false;
	}
}

static int on_timer(sd_event_source *source, uint64_t usec, void *userdata)
{
	struct sync *sync = userdata;

	(void)source;
	(void)usec;
	sync->due = true;
	step(sync);
	return 0;
}

/* After a turn of the loop that wrote something. */
static int on_wake(sd_event_source *source, void *userdata)
{
	struct sync *sync = userdata;

	(void)source;
	if (sync->written != sync->database->written) {
		sync->written = sync->database->written;
		if (!sync->thread.failing) {
			sync->due = false;
			arm(sync);
		}
	}
	step(sync);
	return 0;
}

/* Something was committed; it is looked at after this turn. */
static void wake(struct sync *sync)
{
	/* It fails without memory only; the timer then does the same. */
	if (!sync_thread_wake(&sync->thread))
		arm(sync);
}

DEFINE_CLEANUP(sync_free, sync)

int sync_new(sd_event *event, struct database *database, struct sync **ret_sync)
{
	cleanup_with(sync_free) struct sync *sync = calloc(1, sizeof(*sync));
	int r;

	if (!sync)
		return -ENOMEM;
	sync->database = database;
	sync->event = event;
	/* What an earlier process wrote was perhaps never synced, and is made sure of first. */
	sync->durable = database->wal_state == WAL_SOUND ? database->commits : 0;
	sync->thread.job = (struct job) { .run = run, .done = done };
	r = sync_thread_begin(&sync->thread, event, on_wake, on_timer);
	if (r < 0)
		return r;
	arm(sync);
	database->sync = sync;
	database->wake = wake;
	step(sync);
	*ret_sync = TAKE(sync);
	return 0;
}

void sync_free(struct sync *sync)
{
	if (!sync)
		return;
	sync->database->sync = NULL;
	memset(sync->listeners, 0, sizeof(sync->listeners));
	sync_thread_end(&sync->thread);
	sync->database->paused = false;
	free(sync);
}

uint64_t sync_point(const struct sync *sync)
{
	return sync->database->commits;
}

enum sync_state sync_state(const struct sync *sync, uint64_t point)
{
	if (sync->failed == UINT64_MAX)
		return SYNC_FAILED;
	if (point <= sync->durable)
		return SYNC_DONE;
	return point <= sync->failed ? SYNC_FAILED : SYNC_WAITING;
}

int sync_listen(struct sync *sync, void (*fn)(void *userdata), void *userdata)
{
	for (size_t i = 0; i < SYNC_LISTENERS_MAX; i++)
		if (!sync->listeners[i].fn) {
			sync->listeners[i].fn = fn;
			sync->listeners[i].userdata = userdata;
			return 0;
		}
	return -ENOSPC;
}

void sync_unlisten(struct sync *sync, void (*fn)(void *userdata), const void *userdata)
{
	for (size_t i = 0; i < SYNC_LISTENERS_MAX; i++)
		if (sync->listeners[i].fn == fn && sync->listeners[i].userdata == userdata)
			sync->listeners[i].fn = NULL;
}

bool sync_paused(const struct sync *sync)
{
	return sync->database->paused;
}

bool sync_failing(const struct sync *sync)
{
	return sync->thread.failing;
}

void sync_hold(struct sync *sync)
{
	sync->holds++;
}

void sync_release(struct sync *sync)
{
	sync->holds--;
	step(sync);
}
