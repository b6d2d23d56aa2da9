/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Preloaded: the time of day is LATER seconds ahead, or STANDS_AT so many seconds since 1970; the
 * machine has run for PASSED seconds more, and SPEED times as fast, or SLOWNESS times as slow: what
 * is waited for by that clock then takes longer.  With PATIENCE, what is waited for by
 * CLOCK_MONOTONIC takes so many times as long.  All other clocks are as they were, and timers end
 * when they should.  (libfaketime turns the absolute timers of sd-event into ones that never end.)
 */
#include <stdint.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

#define EXPORTED __attribute__((visibility("default")))
#define FDS 64

static clockid_t clocks[FDS]; /* by which the timers of these descriptors go; 0: of the day */

static int64_t number(const char *name, int64_t otherwise)
{
	const char *text = getenv(name);

	return text ? atol(text) : otherwise;
}

static int64_t to_us(const struct timespec *at)
{
	return at->tv_sec * INT64_C(1000000) + at->tv_nsec / 1000;
}

static struct timespec from_us(int64_t us)
{
	return (struct timespec) { .tv_sec = us / 1000000, .tv_nsec = us % 1000000 * 1000 };
}

/* How a clock goes that does not tell the time of day. */
struct pace {
	int64_t speed, slowness, ahead_us;
};

static struct pace pace_of(clockid_t clock)
{
	if (clock == CLOCK_BOOTTIME)
		return (struct pace) { number("SPEED", 1), number("SLOWNESS", 1),
			number("PASSED", 0) * 1000000 };
	return (struct pace) { 1, clock == CLOCK_MONOTONIC ? number("PATIENCE", 1) : 1, 0 };
}

EXPORTED int clock_gettime(clockid_t clock, struct timespec *now)
{
	const int64_t at = number("STANDS_AT", 0);
	const struct pace pace = pace_of(clock);
	int r = (int)syscall(SYS_clock_gettime, clock, now);

	if (r == 0 && clock == CLOCK_REALTIME)
		now->tv_sec += number("LATER", 0);
	if (r == 0 && clock == CLOCK_REALTIME && at != 0)
		*now = (struct timespec) { .tv_sec = at };
	if (r == 0 && (clock == CLOCK_BOOTTIME || clock == CLOCK_MONOTONIC))
		*now = from_us(to_us(now) * pace.speed / pace.slowness + pace.ahead_us);
	return r;
}

EXPORTED time_t time(time_t *ret)
{
	struct timespec now = { 0 };

	(void)clock_gettime(CLOCK_REALTIME, &now);
	if (ret)
		*ret = now.tv_sec;
	return now.tv_sec;
}

/* GLib asks by it. */
EXPORTED int gettimeofday(struct timeval *ret, void *zone)
{
	struct timespec now = { 0 };

	(void)zone;
	(void)clock_gettime(CLOCK_REALTIME, &now);
	*ret = (struct timeval) { .tv_sec = now.tv_sec, .tv_usec = now.tv_nsec / 1000 };
	return 0;
}

EXPORTED int timerfd_create(int clock, int flags)
{
	int fd = (int)syscall(SYS_timerfd_create, clock, flags);

	if (fd >= 0 && fd < FDS)
		clocks[fd] = clock;
	return fd;
}

EXPORTED int timerfd_settime(
	int fd, int flags, const struct itimerspec *when, struct itimerspec *ret_before)
{
	const clockid_t clock = fd >= 0 && fd < FDS ? clocks[fd] : CLOCK_REALTIME;
	const struct pace pace = pace_of(clock);
	struct itimerspec moved = *when;
	const int64_t us = to_us(&when->it_value);

	/* Never too early.  Zero would stop the timer: so it does where it is meant. */
	if ((clock == CLOCK_BOOTTIME || clock == CLOCK_MONOTONIC) &&
		(flags & TFD_TIMER_ABSTIME) != 0 && us > pace.ahead_us)
		moved.it_value = from_us((us - pace.ahead_us + 1) * pace.slowness / pace.speed + 1);
	return (int)syscall(SYS_timerfd_settime, fd, flags, &moved, ret_before);
}
