/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * How much time has certainly passed.  What cannot be undone, as to delete an entry of the history
 * for its age, is not done by a clock that was wrong for a while: where the watermark went ahead by
 * a day more than patd knows to have passed, that span does not count.
 *
 * patd knows what has passed since the machine's boot, also while it was suspended.  After a boot
 * it does not know how long the machine was off, and believes a clock that says a day at most.
 * Times are in seconds.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#define JUMPS_MAX 32 /* of more, the shortest are forgotten: they count */

/* A span of the watermark that was skipped. */
struct jump {
	uint64_t from, to;
};

/* All zeros: patd has never looked. */
struct jumps {
	uint64_t at;         /* the watermark at some look, */
	uint64_t passed;     /* what has certainly passed from then to the last look, */
	uint64_t since_boot; /* and the time since the boot at that last one */
	/* Times up to that one, in rows, say nothing of the watermark: it was reset by then. */
	uint64_t disowned;
	uint64_t reset_by; /* which order of the administrator was that: see tokens_reset_time() */
	struct jump jumps[JUMPS_MAX]; /* from the earliest on; zeros: there are no more */
};

/* As they are kept in the database, on every machine alike. */
#define JUMPS_BYTES (sizeof(struct jumps))
void jumps_pack(const struct jumps *jumps, uint8_t ret_bytes[static JUMPS_BYTES]);
void jumps_unpack(const uint8_t bytes[static JUMPS_BYTES], struct jumps *ret_jumps);

/* Takes note of the time.  Whether it is to be kept; *ret_jumped: seconds that were skipped. */
bool jumps_look(struct jumps *jumps, uint64_t now, uint64_t since_boot, uint64_t *ret_jumped);

/*
 * The latest time that was certainly so many seconds before now, which is not before the last look;
 * 0: none was.
 */
uint64_t jumps_before(const struct jumps *jumps, uint64_t now, uint64_t seconds);
