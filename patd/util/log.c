/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Log lines on standard error. */
#include "patd/util/log.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <systemd/sd-daemon.h>
#include <unistd.h>

#define LINE_MAX_BYTES 512

/* $JOURNAL_STREAM is inherited by programs whose standard error is another, as on a desktop. */
bool log_is_journal(void)
{
	const char *stream = getenv("JOURNAL_STREAM");
	char own[64];
	struct stat st;

	if (!stream || fstat(STDERR_FILENO, &st) < 0)
		return false;
	(void)snprintf(own, sizeof(own), "%ju:%ju", (uintmax_t)st.st_dev, (uintmax_t)st.st_ino);
	return strcmp(stream, own) == 0;
}

__attribute__((format(printf, 2, 0))) static void emit(
	const char *priority, const char *format, va_list args)
{
	char line[LINE_MAX_BYTES];

	/* clang 14 takes a va_list of a caller's for one never started. */
	if (vsnprintf(line, sizeof(line), format, args) < 0) // NOLINT(clang-analyzer-valist.*)
		return;
	fprintf(stderr, "%s%s\n", log_is_journal() ? priority : "patd: ", line);
}

#define DEFINE_LOG(name, priority)                                                                 \
	void name(const char *format, ...)                                                         \
	{                                                                                          \
		va_list args;                                                                      \
                                                                                                   \
		va_start(args, format);                                                            \
		emit(priority, format, args);                                                      \
		va_end(args);                                                                      \
	}

DEFINE_LOG(log_error, SD_ERR)
DEFINE_LOG(log_warning, SD_WARNING)
DEFINE_LOG(log_notice, SD_NOTICE)
DEFINE_LOG(log_info, SD_INFO)
