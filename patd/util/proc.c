/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Reading proc(5). */
#include "patd/util/proc.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>

#include "common/cleanup.h"
#include "patd/util/io.h"

#define PATH_SIZE sizeof("/proc/4294967295/stat")
#define STAT_SIZE 1024 /* the name of a program has 15 bytes, and each number 20 at most */

/* As text, of at most size - 1 bytes.  0, or a negative errno. */
static int read_text(const char *path, char *ret_text, size_t size)
{
	cleanup_close int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n;

	if (fd < 0)
		return -errno;
	n = io_read(fd, ret_text, size - 1);
	if (n < 0)
		return (int)n;
	ret_text[n] = '\0';
	return 0;
}

/*
 * Columns 3 and 22 of proc(5); the second is the program's name, in parentheses.  NULL: it has not
 * so many.
 */
static const char *column(const char *stat, unsigned int number)
{
	const char *at = strrchr(stat, ')');

	for (unsigned int i = 2; at && i < number; i++)
		at = strchr(at + 1, ' ');
	return at ? at + 1 : NULL;
}

bool proc_runs(uint32_t pid, uint64_t start_time)
{
	char path[PATH_SIZE], stat[STAT_SIZE];
	const char *state, *start;

	(void)snprintf(path, sizeof(path), "/proc/%" PRIu32 "/stat", pid);
	if (pid == 0 || pid > INT32_MAX)
		return false;
	if (read_text(path, stat, sizeof(stat)) < 0)
		return kill((pid_t)pid, 0) == 0 || errno != ESRCH;
	state = column(stat, 3);
	start = column(stat, 22);
	/* A zombie has ended, and waits for its parent to see it. */
	return state && start && *state != 'Z' && *state != 'X' &&
	       strtoull(start, NULL, 10) == start_time;
}
