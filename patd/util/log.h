/*
 * What patd says to its operator: on standard error, where under systemd it becomes a journal
 * message with its priority (sd-daemon(3)), and by hand a plain line.  One line a call.  Callers
 * pass nothing secret, and no text that a stranger chose.
 */
#ifndef PATD_UTIL_LOG_H
#define PATD_UTIL_LOG_H

#include <stdbool.h>

/* Whether standard error is the journal's: $JOURNAL_STREAM, see systemd.exec(5). */
bool log_is_journal(void);

void log_error(const char *format, ...) __attribute__((format(printf, 1, 2)));
void log_warning(const char *format, ...) __attribute__((format(printf, 1, 2)));
void log_notice(const char *format, ...) __attribute__((format(printf, 1, 2)));
void log_info(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
