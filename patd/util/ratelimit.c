/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Token buckets, one for each uid. */
#include "patd/util/ratelimit.h"

#include <stddef.h>

/* NULL: the uid is not known. */
static struct bucket *find(struct ratelimit *ratelimit, uint32_t uid)
{
	for (size_t i = 0; i < RATELIMIT_UIDS; i++)
		if (ratelimit->buckets[i].used && ratelimit->buckets[i].uid == uid)
			return &ratelimit->buckets[i];
	return NULL;
}

/* A full bucket in place of a free one, or of the one that was not seen for longest. */
static struct bucket *add(struct ratelimit *ratelimit, uint32_t uid, uint64_t now_us)
{
	struct bucket *oldest = ratelimit->buckets;

	for (size_t i = 1; i < RATELIMIT_UIDS && oldest->used; i++)
		if (!ratelimit->buckets[i].used || ratelimit->buckets[i].seen_us < oldest->seen_us)
			oldest = &ratelimit->buckets[i];
	*oldest = (struct bucket) {
		.uid = uid,
		.used = true,
		.level_us = ratelimit->cost_us * ratelimit->burst,
		.seen_us = now_us,
	};
	return oldest;
}

bool ratelimit_take(struct ratelimit *ratelimit, uint32_t uid, uint64_t now_us)
{
	const uint64_t full = ratelimit->cost_us * ratelimit->burst;
	struct bucket *bucket = find(ratelimit, uid);
	uint64_t passed;

	if (!bucket)
		bucket = add(ratelimit, uid, now_us);
	passed = now_us - bucket->seen_us;
	bucket->seen_us = now_us;
	bucket->level_us = passed > full - bucket->level_us ? full : bucket->level_us + passed;
	if (bucket->level_us < ratelimit->cost_us) {
		bucket->refused++;
		return false;
	}
	bucket->level_us -= ratelimit->cost_us;
	return true;
}

uint64_t ratelimit_refused(struct ratelimit *ratelimit, uint32_t uid)
{
	struct bucket *bucket = find(ratelimit, uid);
	uint64_t refused = bucket ? bucket->refused : 0;

	if (bucket)
		bucket->refused = 0;
	return refused;
}
