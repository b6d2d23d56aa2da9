#include "patd/log.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <systemd/sd-daemon.h>

#define LINE_MAX_BYTES 512

__attribute__((format(printf, 2, 0))) static void emit(
	const char *priority, const char *format, va_list args)
{
	char line[LINE_MAX_BYTES];
	bool journal = getenv("JOURNAL_STREAM") != NULL;

	/* clang 14 takes a va_list of a caller's for one never started. */
	if (vsnprintf(line, sizeof(line), format, args) < 0) // NOLINT(clang-analyzer-valist.*)
		return;
	fprintf(stderr, "%s%s\n", journal ? priority : "patd: ", line);
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
