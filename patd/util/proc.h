/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Which processes run, as proc(5) says. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/*
 * Whether the process still runs that has that pid and began then, in clock ticks after the boot.
 * Where /proc shows no processes of others, any with that pid.
 */
bool proc_runs(uint32_t pid, uint64_t start_time);
