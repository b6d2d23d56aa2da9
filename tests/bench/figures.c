/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Times in nanoseconds, sorted, as the rows of a table. */
#include "tests/bench/figures.h"

#include <err.h>
#include <stdio.h>
#include <stdlib.h>

void figures_add(struct figures *figures, int64_t time)
{
	if (figures->count == figures->room) {
		figures->room = figures->room == 0 ? 1024 : figures->room * 2;
		figures->times = reallocarray(figures->times, figures->room, sizeof(int64_t));
		if (figures->times == NULL)
			err(1, "figures");
	}
	figures->times[figures->count++] = time;
}

static int compare(const void *a, const void *b)
{
	const int64_t *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

double figures_part(struct figures *figures, double part)
{
	size_t at = (size_t)((double)figures->count * part);

	if (figures->count == 0)
		return 0;
	qsort(figures->times, figures->count, sizeof(int64_t), compare);
	return (double)figures->times[at < figures->count ? at : figures->count - 1] / 1000;
}

double figures_median(struct figures *figures)
{
	return figures_part(figures, 0.5);
}

void figures_head(const char *what)
{
	printf("\n%-44s %8s %10s %10s %7s\n", what, "times", "median µs", "p95 µs", "ratio");
}

void figures_print(struct figures *figures, const char *name, double base)
{
	double median = figures_median(figures);

	if (figures->count > 0)
		printf("%-44s %8zu %9.1f %9.1f %7.2f\n", name, figures->count, median,
			figures_part(figures, 0.95), median / base);
}

void figures_free(struct figures *figures)
{
	free(figures->times);
	*figures = (struct figures) { 0 };
}
