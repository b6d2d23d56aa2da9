/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Log lines on standard error. */
#include "patd/util/log.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
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

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER; /* over all below */
static unsigned long lost;
static char first_error[LINE_MAX_BYTES];

/*
 * At once or not at all.  Where poll() says that a pipe or a terminal takes something, it takes a
 * line of ours; the flag O_NONBLOCK would be that of every process that shares it.
 */
static bool write_now(const char *line, size_t len)
{
	struct pollfd poll_fd = { .fd = STDERR_FILENO, .events = POLLOUT };
	ssize_t n = send(STDERR_FILENO, line, len, MSG_DONTWAIT | MSG_NOSIGNAL);

	if (n < 0 && errno == ENOTSOCK && poll(&poll_fd, 1, 0) > 0 &&
		(poll_fd.revents & POLLOUT) != 0)
		n = write(STDERR_FILENO, line, len);
	return n >= 0;
}

static bool write_line(const char *prefix, const char *text)
{
	char line[LINE_MAX_BYTES + 64];
	int len = snprintf(line, sizeof(line), "%s%s\n", prefix, text);

	return len < 0 || write_now(line, (size_t)len);
}

static void put(const char *prefix, const char *text)
{
	char missing[64];

	if (lost > 0) {
		(void)snprintf(
			missing, sizeof(missing), "%lu messages before this one are lost", lost);
		if (write_line(prefix, missing))
			lost = 0;
	}
	if (lost > 0 || !write_line(prefix, text))
		lost++;
}

__attribute__((format(printf, 2, 0))) static void emit(
	const char *priority, const char *format, va_list args)
{
	char line[LINE_MAX_BYTES];

	/* clang 14 takes a va_list of a caller's for one never started. */
	if (vsnprintf(line, sizeof(line), format, args) < 0) // NOLINT(clang-analyzer-valist.*)
		return;
	pthread_mutex_lock(&lock);
	if (first_error[0] == '\0' && strcmp(priority, SD_ERR) == 0)
		(void)snprintf(first_error, sizeof(first_error), "%s", line);
	put(log_is_journal() ? priority : "patd: ", line);
	pthread_mutex_unlock(&lock);
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

const char *log_first_error(void)
{
	return first_error;
}
