/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a unit test begins with: cmocka, the headers it needs before it, and a few words. */
#pragma once

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <unistd.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* Not skip(): what cmocka writes of it, prove takes for a failure. */
static inline bool unit_is_root(void)
{
	if (geteuid() == 0)
		return true;
	print_message("# only root can test this\n");
	return false;
}

/* A table's row says which one it was that failed. */
#define assert_that(condition, ...)                                                                \
	do {                                                                                       \
		if (!(condition)) {                                                                \
			print_error(__VA_ARGS__);                                                  \
			print_error(": not " #condition "\n");                                     \
			fail();                                                                    \
		}                                                                                  \
	} while (0)

static inline bool unit_is_between(uintmax_t value, uintmax_t min, uintmax_t max)
{
	if (value >= min && value <= max)
		return true;
	print_error("%ju is not between %ju and %ju\n", value, min, max);
	return false;
}

/* assert_in_range(), which cmocka 2 deprecates for one that cmocka 1 does not have. */
#define assert_between(value, min, max)                                                            \
	do {                                                                                       \
		if (!unit_is_between((uintmax_t)(value), (uintmax_t)(min), (uintmax_t)(max)))      \
			fail();                                                                    \
	} while (0)
