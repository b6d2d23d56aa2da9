/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * How long to wait before something is tried again: twice as long each time, and never as long as
 * others wait who failed at the same moment.  Times are in microseconds.
 */
#pragma once

#include <stdint.h>

struct pause {
	uint64_t min_us, max_us;
	uint64_t next_us; /* 0: min_us */
};

/* The next one: between half of it and all, by chance. */
uint64_t pause_take(struct pause *pause);

/* It has succeeded. */
void pause_reset(struct pause *pause);
