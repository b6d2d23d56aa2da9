/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * How often the hub is repaired because a host says that it lacks rows.  Anybody may say so, and
 * take it back, so repairs come ever more rarely.  Only after an hour in which nobody did is the
 * next one as the first.  Times are monotonic, in microseconds.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "fleet/base/pause.h"

/* All 0 at first. */
struct repair_pace {
	uint64_t not_before_us;
	uint64_t lacked_at_us; /* when a host said last that it lacks rows */
	struct pause pause;
};

/* A host says so now. */
void repair_pace_lacks(struct repair_pace *pace, uint64_t now_us);

/* Whether there may be a repair. */
bool repair_pace_is_due(const struct repair_pace *pace, uint64_t now_us);

/* One begins. */
void repair_pace_begin(struct repair_pace *pace, uint64_t now_us);
