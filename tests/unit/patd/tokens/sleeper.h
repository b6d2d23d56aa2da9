/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A process that has a session open, and does nothing. */
#pragma once

#include <signal.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/wire.h"
#include "tests/unit/unit.h"

static inline pid_t sleeper_start(void)
{
	pid_t pid = fork();

	assert_true(pid >= 0);
	if (pid == 0) {
		for (;;)
			(void)pause();
	}
	return pid;
}

static inline void sleeper_end(pid_t pid)
{
	assert_int_equal(kill(pid, SIGKILL), 0);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
}

/* When it began, in clock ticks after the boot; the name of a test has no blank. */
static inline uint64_t sleeper_start_time(pid_t pid)
{
	unsigned long long start = 0;
	char path[64];
	FILE *file;

	(void)snprintf(path, sizeof(path), "/proc/%d/stat", (int)pid);
	file = fopen(path, "re");
	assert_non_null(file);
	for (int column = 1; column < 22; column++)
		assert_int_equal(fscanf(file, "%*s"), 0);
	assert_int_equal(fscanf(file, "%llu", &start), 1);
	(void)fclose(file);
	return start;
}
