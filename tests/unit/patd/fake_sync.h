/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * In the place of patd/db/sync.c: what is changed is on disk when the test says so.  Included once,
 * by a program's one source file.
 */
#pragma once

#include "patd/db/sync.h"
#include "tests/unit/unit.h"

struct sync {
	enum sync_state state; /* of each point from now on */
	bool paused;
	uint64_t points;
	void (*fn)(void *userdata);
	void *userdata;
};

static struct sync disk;

uint64_t sync_point(const struct sync *sync)
{
	(void)sync;
	return ++disk.points;
}

enum sync_state sync_state(const struct sync *sync, uint64_t point)
{
	assert_between(point, 1, sync->points);
	return sync->state;
}

int sync_listen(struct sync *sync, void (*fn)(void *userdata), void *userdata)
{
	sync->fn = fn;
	sync->userdata = userdata;
	return 0;
}

void sync_unlisten(struct sync *sync, void (*fn)(void *userdata), const void *userdata)
{
	(void)fn;
	(void)userdata;
	sync->fn = NULL;
}

bool sync_paused(const struct sync *sync)
{
	return sync->paused;
}

bool sync_failing(const struct sync *sync)
{
	return sync->state == SYNC_FAILED;
}

void sync_hold(struct sync *sync)
{
	(void)sync;
}

void sync_release(struct sync *sync)
{
	(void)sync;
}
