#include "patd/util/ratelimit.h"

#include <stddef.h>

/* The uid's bucket, or the free or longest unseen one, filled anew. */
static size_t find(struct ration *ration, uint32_t uid, uint64_t now_us)
{
	size_t oldest = 0;

	for (size_t i = 0; i < RATION_UIDS; i++) {
		if (ration->buckets[i].used && ration->buckets[i].uid == uid)
			return i;
		if (ration->buckets[oldest].used &&
			(!ration->buckets[i].used ||
				ration->buckets[i].seen_us < ration->buckets[oldest].seen_us))
			oldest = i;
	}
	ration->buckets[oldest].used = true;
	ration->buckets[oldest].uid = uid;
	ration->buckets[oldest].level_us = ration->cost_us * ration->burst;
	ration->buckets[oldest].seen_us = now_us;
	ration->buckets[oldest].refused = 0;
	return oldest;
}

bool ration_take(struct ration *ration, uint32_t uid, uint64_t now_us)
{
	size_t i = find(ration, uid, now_us);
	uint64_t passed = now_us - ration->buckets[i].seen_us;
	uint64_t level = ration->buckets[i].level_us;
	uint64_t full = ration->cost_us * ration->burst;

	level = passed > full - level ? full : level + passed;
	ration->buckets[i].seen_us = now_us;
	if (level < ration->cost_us) {
		ration->buckets[i].level_us = level;
		ration->buckets[i].refused++;
		return false;
	}
	ration->buckets[i].level_us = level - ration->cost_us;
	return true;
}

uint64_t ration_refused(struct ration *ration, uint32_t uid)
{
	for (size_t i = 0; i < RATION_UIDS; i++)
		if (ration->buckets[i].used && ration->buckets[i].uid == uid) {
			uint64_t refused = ration->buckets[i].refused;

			ration->buckets[i].refused = 0;
			return refused;
		}
	return 0;
}
