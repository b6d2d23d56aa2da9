/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Times in nanoseconds, and what a table shows of them. */
#pragma once

#include <stddef.h>
#include <stdint.h>
#include <time.h>

struct figures {
	int64_t *times;
	size_t count, room;
};

static inline int64_t figures_now(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

/* Ends the program where there is no memory. */
void figures_add(struct figures *figures, int64_t time);

/* The time, in microseconds, that this part of them is below: 0.5 is the median.  Sorts. */
double figures_part(struct figures *figures, double part);
double figures_median(struct figures *figures);

void figures_head(const char *what);

/* base: the median that the ratio is taken to, in microseconds. */
void figures_print(struct figures *figures, const char *name, double base);

void figures_free(struct figures *figures);
