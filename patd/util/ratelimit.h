/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A rate limit for each uid: a token bucket (RFC 2697's, with one rate).  Remembers the uids seen
 * last; one that was forgotten starts with a full bucket.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#define RATELIMIT_UIDS 64 /* uids remembered */

struct ratelimit {
	uint64_t cost_us; /* of one: 1 / rate */
	uint64_t burst;   /* how many at once */
	struct bucket {
		uint32_t uid;
		bool used;
		uint64_t level_us; /* allowance, in microseconds of refill */
		uint64_t seen_us;
		uint64_t refused; /* since ratelimit_refused() was called */
	} buckets[RATELIMIT_UIDS];
};

/*
 * Whether uid is within its limit, and counts it if so.  now_us: microseconds of a clock that never
 * goes back.
 */
bool ratelimit_take(struct ratelimit *ratelimit, uint32_t uid, uint64_t now_us);

/* How often uid was refused since the last call for it. */
uint64_t ratelimit_refused(struct ratelimit *ratelimit, uint32_t uid);
