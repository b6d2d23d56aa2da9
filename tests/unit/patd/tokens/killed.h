/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* patd, killed after what a test has it do. */
#pragma once

#include <sys/wait.h>
#include <unistd.h>

#include "tests/unit/patd/world.h"

#define HOUR UINT64_C(3600)
#define YEAR (365 * DAY)

/* patd starts, does that, and is killed. */
static inline void be_killed_after(struct world *world,
	void (*fn)(struct world *world, const struct made *made), const struct made *made)
{
	int status;
	pid_t child;

	world_stop(world);
	child = fork();
	if (child == 0) {
		world_start(world);
		fn(world, made);
		_exit(0);
	}
	assert_true(child > 0 && waitpid(child, &status, 0) == child && status == 0);
}

/* And another starts. */
static inline void killed_after(struct world *world,
	void (*fn)(struct world *world, const struct made *made), const struct made *made)
{
	be_killed_after(world, fn, made);
	world_start(world);
}
