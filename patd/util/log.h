/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The log of patd, on standard error: under systemd each line becomes a message of the journal with
 * its priority (sd-daemon(3)), and by hand it is a plain line.  One line a call.  Callers pass no
 * secret, and no text that a stranger chose.
 *
 * A call never waits: what standard error does not take at once is lost, and the next line that it
 * takes says how many were.
 */
#pragma once

#include <stdbool.h>

/* Whether standard error is the journal's: $JOURNAL_STREAM, see systemd.exec(5). */
bool log_is_journal(void);

void log_error(const char *format, ...) __attribute__((format(printf, 1, 2)));
void log_warning(const char *format, ...) __attribute__((format(printf, 1, 2)));
void log_notice(const char *format, ...) __attribute__((format(printf, 1, 2)));
void log_info(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* The first that log_error() was given, or "": why a process does not start.  Of a single thread.
 */
const char *log_first_error(void);
