/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Preloaded: the time of day is LATER seconds ahead, or STANDS_AT so many seconds since 1970, and
 * the machine has run for PASSED seconds more.  All other clocks are as they were, and timers end
 * when they should.  (libfaketime turns the absolute timers of sd-event into ones that never end.)
 */
#include <stdbool.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

#define EXPORTED __attribute__((visibility("default")))
#define FDS 64

static bool by_boot[FDS]; /* descriptors of timers that go by CLOCK_BOOTTIME */

static time_t passed(void)
{
	const char *seconds = getenv("PASSED");

	return seconds ? atol(seconds) : 0;
}

EXPORTED int clock_gettime(clockid_t clock, struct timespec *now)
{
	const char *later = getenv("LATER"), *at = getenv("STANDS_AT");
	int r = (int)syscall(SYS_clock_gettime, clock, now);

	if (r == 0 && clock == CLOCK_REALTIME && later != NULL)
		now->tv_sec += atol(later);
	if (r == 0 && clock == CLOCK_REALTIME && at != NULL)
		*now = (struct timespec) { .tv_sec = atol(at) };
	if (r == 0 && clock == CLOCK_BOOTTIME)
		now->tv_sec += passed();
	return r;
}

EXPORTED int timerfd_create(int clock, int flags)
{
	int fd = (int)syscall(SYS_timerfd_create, clock, flags);

	if (fd >= 0 && fd < FDS)
		by_boot[fd] = clock == CLOCK_BOOTTIME;
	return fd;
}

EXPORTED int timerfd_settime(
	int fd, int flags, const struct itimerspec *when, struct itimerspec *ret_before)
{
	struct itimerspec moved = *when;

	if (fd >= 0 && fd < FDS && by_boot[fd] && (flags & TFD_TIMER_ABSTIME) != 0 &&
		moved.it_value.tv_sec > passed())
		moved.it_value.tv_sec -= passed();
	return (int)syscall(SYS_timerfd_settime, fd, flags, &moved, ret_before);
}
