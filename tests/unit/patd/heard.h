/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What patd tells its operator, kept for the test instead of printed: these functions take the
 * place of those in patd/util/log.c.  Included once, by a program's one source file.
 */
#pragma once

#include <stdio.h>
#include <string.h>

#include "patd/util/log.h"
#include "tests/unit/unit.h"

/* The lines since heard_clear(), each with its newline, as far as there is room. */
static char heard[4096];

static inline void heard_clear(void)
{
	heard[0] = '\0';
}

#define DEFINE_HEARD(name)                                                                         \
	void name(const char *format, ...)                                                         \
	{                                                                                          \
		size_t len = strlen(heard);                                                        \
		va_list args;                                                                      \
                                                                                                   \
		if (len + 2 > sizeof(heard))                                                       \
			return;                                                                    \
		va_start(args, format);                                                            \
		(void)vsnprintf(heard + len, sizeof(heard) - len - 1, format, args);               \
		va_end(args);                                                                      \
		(void)strcat(heard, "\n");                                                         \
	}

DEFINE_HEARD(log_error)
DEFINE_HEARD(log_warning)
DEFINE_HEARD(log_notice)
DEFINE_HEARD(log_info)

#define assert_heard(text) assert_that(strstr(heard, (text)) != NULL, "heard: %s", heard)
#define assert_silence() assert_string_equal(heard, "")
