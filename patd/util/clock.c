/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The clocks of the machine, and the time that never goes back. */
#include "patd/util/clock.h"

#include <time.h>

uint64_t clock_read_machine(void *userdata)
{
	struct timespec now;

	(void)userdata;
	/* Without a clock, and before 1970, the highest time seen stands. */
	if (clock_gettime(CLOCK_REALTIME, &now) < 0 || now.tv_sec < 0)
		return 0;
	return (uint64_t)now.tv_sec;
}

uint64_t clock_read_machine_us(void *userdata)
{
	struct timespec now;

	(void)userdata;
	(void)clock_gettime(CLOCK_BOOTTIME, &now); /* cannot fail */
	return (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000;
}

uint64_t clock_wall(const struct clock *clock)
{
	return clock->read(clock->userdata);
}

uint64_t clock_since_boot_us(const struct clock *clock)
{
	return clock->read_us(clock->userdata);
}

uint64_t clock_now(struct clock *clock)
{
	uint64_t now = clock_wall(clock);

	if (now > clock->highest)
		clock->highest = now;
	if (clock->highest == 0)
		clock->highest = 1;
	return clock->highest;
}
