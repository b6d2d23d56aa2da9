/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Pauses between repairs. */
#include "fleet/carry/repair_pace.h"

#define MIN_US (UINT64_C(20) * 1000 * 1000)
#define MAX_US (UINT64_C(1200) * 1000 * 1000)
#define CALM_US (UINT64_C(3600) * 1000 * 1000)

void repair_pace_lacks(struct repair_pace *pace, uint64_t now_us)
{
	if (now_us - pace->lacked_at_us >= CALM_US)
		pause_reset(&pace->pause);
	pace->lacked_at_us = now_us;
}

bool repair_pace_is_due(const struct repair_pace *pace, uint64_t now_us)
{
	return now_us >= pace->not_before_us;
}

void repair_pace_begin(struct repair_pace *pace, uint64_t now_us)
{
	pace->pause.min_us = MIN_US;
	pace->pause.max_us = MAX_US;
	pace->not_before_us = now_us + pause_take(&pace->pause);
}
