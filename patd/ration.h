/*
 * How often one uid may ask: a token bucket for each (RFC 2697's, with one rate).  Remembers
 * the uids seen last; one that was forgotten starts with a full bucket.
 */
#ifndef PATD_RATION_H
#define PATD_RATION_H

#include <stdbool.h>
#include <stdint.h>

#define RATION_BURST 40 /* requests at once */
#define RATION_PER_S 20 /* requests a second, on the long run */
#define RATION_UIDS 64  /* uids remembered */

struct ration {
	struct {
		uint32_t uid;
		bool used;
		uint64_t level_us; /* allowance, in microseconds of refill */
		uint64_t seen_us;
	} buckets[RATION_UIDS];
};

/* Whether uid may ask now, and counts it if so.  now_us: monotonic microseconds. */
bool ration_take(struct ration *ration, uint32_t uid, uint64_t now_us);

#endif
