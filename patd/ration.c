#include "patd/ration.h"

#include <stddef.h>

#define COST_US (UINT64_C(1000000) / RATION_PER_S)
#define FULL_US (COST_US * RATION_BURST)

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
	ration->buckets[oldest].level_us = FULL_US;
	ration->buckets[oldest].seen_us = now_us;
	return oldest;
}

bool ration_take(struct ration *ration, uint32_t uid, uint64_t now_us)
{
	size_t i = find(ration, uid, now_us);
	uint64_t passed = now_us - ration->buckets[i].seen_us;
	uint64_t level = ration->buckets[i].level_us;

	level = passed > FULL_US - level ? FULL_US : level + passed;
	ration->buckets[i].seen_us = now_us;
	ration->buckets[i].level_us = level >= COST_US ? level - COST_US : level;
	return level >= COST_US;
}
