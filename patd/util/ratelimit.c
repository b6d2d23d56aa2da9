/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Token buckets, one for each uid. */
#include "patd/util/ratelimit.h"

#include <stddef.h>

/* The uid's bucket, or the free or longest unseen one, filled anew. */
static size_t find(struct ratelimit *ratelimit, uint32_t uid, uint64_t now_us)
{
	size_t oldest = 0;

	for (size_t i = 0; i < RATELIMIT_UIDS; i++) {
		if (ratelimit->buckets[i].used && ratelimit->buckets[i].uid == uid)
			return i;
		if (ratelimit->buckets[oldest].used &&
			(!ratelimit->buckets[i].used ||
				ratelimit->buckets[i].seen_us < ratelimit->buckets[oldest].seen_us))
			oldest = i;
	}
	ratelimit->buckets[oldest].used = true;
	ratelimit->buckets[oldest].uid = uid;
	ratelimit->buckets[oldest].level_us = ratelimit->cost_us * ratelimit->burst;
	ratelimit->buckets[oldest].seen_us = now_us;
	ratelimit->buckets[oldest].refused = 0;
	return oldest;
}

bool ratelimit_take(struct ratelimit *ratelimit, uint32_t uid, uint64_t now_us)
{
	size_t i = find(ratelimit, uid, now_us);
	uint64_t passed = now_us - ratelimit->buckets[i].seen_us;
	uint64_t level = ratelimit->buckets[i].level_us;
	uint64_t full = ratelimit->cost_us * ratelimit->burst;

	level = passed > full - level ? full : level + passed;
	ratelimit->buckets[i].seen_us = now_us;
	if (level < ratelimit->cost_us) {
		ratelimit->buckets[i].level_us = level;
		ratelimit->buckets[i].refused++;
		return false;
	}
	ratelimit->buckets[i].level_us = level - ratelimit->cost_us;
	return true;
}

uint64_t ratelimit_refused(struct ratelimit *ratelimit, uint32_t uid)
{
	for (size_t i = 0; i < RATELIMIT_UIDS; i++)
		if (ratelimit->buckets[i].used && ratelimit->buckets[i].uid == uid) {
			uint64_t refused = ratelimit->buckets[i].refused;

			ratelimit->buckets[i].refused = 0;
			return refused;
		}
	return 0;
}
