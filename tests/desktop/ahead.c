/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Preloaded: CLOCK_MONOTONIC is ahead by the seconds, an int64_t, that are in the file AHEAD, which
 * a test writes to while the program runs.  What a timer waits for comes when it next looks at the
 * clock.
 */
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#define EXPORTED __attribute__((visibility("default")))

static const volatile int64_t *ahead; /* NULL: no such file */

__attribute__((constructor)) static void open_file(void)
{
	const char *path = getenv("AHEAD");
	const int fd = path ? open(path, O_RDONLY | O_CLOEXEC) : -1;
	void *mapped;

	if (fd < 0)
		return;
	mapped = mmap(NULL, sizeof(*ahead), PROT_READ, MAP_SHARED, fd, 0);
	if (mapped != MAP_FAILED)
		ahead = mapped;
	(void)close(fd);
}

EXPORTED int clock_gettime(clockid_t clock, struct timespec *now)
{
	const int r = (int)syscall(SYS_clock_gettime, clock, now);

	if (r == 0 && clock == CLOCK_MONOTONIC && ahead)
		now->tv_sec += *ahead;
	return r;
}
