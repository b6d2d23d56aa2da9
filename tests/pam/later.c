/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Preloaded: the time of day is LATER seconds ahead, or STANDS_AT so many seconds since 1970, and
 * all other clocks are as they were.
 * (libfaketime turns the absolute timers of sd-event into ones that never end.)
 */
#include <stdlib.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

__attribute__((visibility("default"))) int clock_gettime(clockid_t clock, struct timespec *now)
{
	const char *later = getenv("LATER"), *at = getenv("STANDS_AT");
	int r = (int)syscall(SYS_clock_gettime, clock, now);

	if (r == 0 && clock == CLOCK_REALTIME && later != NULL)
		now->tv_sec += atol(later);
	if (r == 0 && clock == CLOCK_REALTIME && at != NULL)
		*now = (struct timespec) { .tv_sec = atol(at) };
	return r;
}
