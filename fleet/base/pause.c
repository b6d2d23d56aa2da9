/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Pauses that grow, with jitter. */
#include "fleet/base/pause.h"

#include <sys/random.h>

uint64_t pause_take(struct pause *pause)
{
	const uint64_t whole = pause->next_us ? pause->next_us : pause->min_us;
	uint64_t chance = 0;

	/* Without a random number all wait for the shortest time: no reason to fail. */
	if (getrandom(&chance, sizeof(chance), GRND_NONBLOCK) != sizeof(chance))
		chance = 0;
	pause->next_us = whole < pause->max_us / 2 ? whole * 2 : pause->max_us;
	return whole / 2 + chance % (whole / 2 + 1);
}

void pause_reset(struct pause *pause)
{
	pause->next_us = 0;
}
