/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The process between ssh and the terminal. */
#include "patctl/client/host_errors.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/cleanup.h"
#include "patctl/base/text.h"

#if __GNUC__ >= 14
/* It asks who closes the copies, and takes the ends of a pipe for descriptors below 0. */
#pragma GCC diagnostic ignored "-Wanalyzer-fd-leak"
#endif

#define LINE_MAX_LEN 4096
/* What ssh leaves running may hold the pipe open for as long as it likes. */
#define FINISH_MS 2000

/*
 * Reads a line or a piece of one, without its end: ssh ends its own with CR LF.  And without NUL,
 * which no terminal shows, and at which the rest of the line would be lost.
 */
static bool read_line(FILE *lines, char ret_line[static LINE_MAX_LEN])
{
	size_t len = 0;
	int c = EOF;

	if (feof(lines) || ferror(lines))
		return false;
	while (len < LINE_MAX_LEN - 1 && (c = getc(lines)) != EOF && c != '\n')
		if (c != '\0')
			ret_line[len++] = (char)c;
	while (len > 0 && ret_line[len - 1] == '\r')
		len--;
	ret_line[len] = '\0';
	return len > 0 || c != EOF;
}

/* In the child.  It holds nothing that somebody could wait for, but standard error. */
__attribute__((noreturn)) static void pass_on(int from)
{
	const int null = open("/dev/null", O_RDWR | O_CLOEXEC);
	char line[LINE_MAX_LEN];
	FILE *lines;

	if (null < 0 || dup2(null, STDOUT_FILENO) < 0 || dup2(from, STDIN_FILENO) < 0 ||
		close_range(STDERR_FILENO + 1, ~0U, 0) < 0)
		_exit(1);
	lines = fdopen(STDIN_FILENO, "r");
	while (lines && read_line(lines, line))
		note("%s\n", line);
	_exit(0);
}

int host_errors_begin(struct host_errors *ret)
{
	cleanup_close int before = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, STDERR_FILENO + 1),
			  read_end = -1, write_end = -1;
	int ends[2];
	pid_t pid;

	if (before < 0 || pipe2(ends, O_CLOEXEC) < 0)
		return -errno;
	read_end = ends[0];
	write_end = ends[1];
	pid = fork();
	if (pid == 0)
		pass_on(read_end);
	if (pid < 0 || dup2(write_end, STDERR_FILENO) < 0)
		return -errno;
	*ret = (struct host_errors) { pid, take_fd(&before) };
	return 0;
}

void host_errors_end(struct host_errors *errors)
{
	if (errors->before >= 0)
		(void)dup2(errors->before, STDERR_FILENO);
	cleanup_close_fd(&errors->before);
	errors->before = -1;
}

void host_errors_finish(struct host_errors *errors)
{
	cleanup_close int fd = errors->pid > 0 ? pidfd_open(errors->pid, 0) : -1;
	struct pollfd ended = { .fd = fd, .events = POLLIN };

	if (fd < 0)
		return;
	if (poll(&ended, 1, FINISH_MS) == 1) {
		(void)waitpid(errors->pid, NULL, 0);
		errors->pid = 0;
	}
}
