/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The times that patd goes by, each for what it is good for:
 * - the watermark never goes back, so that a clock set back revives nothing: ends of tokens and of
 *   suspensions, not_before, the history;
 * - the wall clock is what people read off it: the hours of a token;
 * - the time since the boot neither goes back nor stands still, whatever the wall clock does: rate
 *   limits, and how much time has passed.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/* The watermark may be so far ahead of the wall clock, in seconds, before that is in doubt. */
#define CLOCK_DOUBT_S UINT64_C(60)

struct clock {
	uint64_t (*read)(void *userdata);    /* the wall clock, in seconds since 1970 UTC */
	uint64_t (*read_us)(void *userdata); /* since the boot, in microseconds */
	void *userdata;
	uint64_t highest; /* the latest time seen, from the database at first */
};

/* The machine's, with the time that it was suspended; for struct clock.  userdata is not used. */
uint64_t clock_read_machine(void *userdata);
uint64_t clock_read_machine_us(void *userdata);

/* The watermark: max(the wall clock, the latest time seen, 1); in a row 0 stands for "not yet". */
uint64_t clock_now(struct clock *clock);
uint64_t clock_wall(const struct clock *clock);
uint64_t clock_since_boot_us(const struct clock *clock);

/* Whether the wall clock is in doubt: it was once ahead, or was set back. */
static inline bool clock_in_doubt(uint64_t watermark, uint64_t wall)
{
	return watermark > wall && watermark - wall > CLOCK_DOUBT_S;
}
