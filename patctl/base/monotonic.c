/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* CLOCK_MONOTONIC in milliseconds. */
#include "patctl/base/monotonic.h"

#include <time.h>

int64_t monotonic_ms(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now); /* cannot fail */
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}
