/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The messages that patd logs, kept for the test instead of printed: these functions replace
 * those of patd/util/log.c.  Included once, by a program's one source file.
 */
#pragma once

#include <stdio.h>
#include <string.h>

#include "patd/util/log.h"
#include "tests/unit/unit.h"

/* The lines since logged_clear(), each with its newline, as far as there is room. */
static char logged[4096];

static inline void logged_clear(void)
{
	logged[0] = '\0';
}

#define DEFINE_LOGGED(name)                                                                        \
	void name(const char *format, ...)                                                         \
	{                                                                                          \
		size_t len = strlen(logged);                                                       \
		va_list args;                                                                      \
                                                                                                   \
		if (len + 2 > sizeof(logged))                                                      \
			return;                                                                    \
		va_start(args, format);                                                            \
		(void)vsnprintf(logged + len, sizeof(logged) - len - 1, format, args);             \
		va_end(args);                                                                      \
		(void)strcat(logged, "\n");                                                        \
	}

DEFINE_LOGGED(log_error)
DEFINE_LOGGED(log_warning)
DEFINE_LOGGED(log_notice)
DEFINE_LOGGED(log_info)

#define assert_logged(text) assert_that(strstr(logged, (text)) != NULL, "logged: %s", logged)
#define assert_nothing_logged() assert_string_equal(logged, "")
