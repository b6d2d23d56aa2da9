/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Prints for each argument its period in microseconds, or "refused".  For timespan.py. */
#include <inttypes.h>
#include <stdio.h>

#include "common/timespan.h"

int main(int argc, char **argv)
{
	for (int i = 1; i < argc; i++) {
		struct timespan span;

		if (timespan_parse(argv[i], &span))
			puts("refused");
		else
			printf("%" PRIu64 "\n", span.usec);
	}
	return 0;
}
