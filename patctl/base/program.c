/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Running a program with other rights and its standard output redirected. */
#include "patctl/base/program.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/cleanup.h"
#include "common/l10n.h"
#include "patctl/base/monotonic.h"
#include "patctl/base/text.h"

#if __GNUC__ >= 14
/* It asks who closes the copies: the program has them. */
#pragma GCC diagnostic ignored "-Wanalyzer-fd-leak"
#endif
static bool take_place(const struct program_as *as)
{
	int input = as ? as->input : -1, output;

	/* Another user may not be able to write to root's TMPDIR. */
	if (as && unsetenv("TMPDIR") < 0)
		return false;
	if (input < 0)
		input = open("/dev/null", O_RDONLY | O_CLOEXEC);
	else if (lseek(input, 0, SEEK_SET) < 0)
		return false;
	output = as && as->quiet ? open("/dev/null", O_WRONLY | O_CLOEXEC) : STDERR_FILENO;
	if (input < 0 || output < 0 || dup2(input, STDIN_FILENO) < 0 ||
		dup2(output, STDOUT_FILENO) < 0)
		return false;
	return !as || (setgroups(0, NULL) == 0 && setresgid(as->gid, as->gid, as->gid) == 0 &&
			      setresuid(as->uid, as->uid, as->uid) == 0);
}

bool program_run(const char *const argv[], const struct program_as *as)
{
	pid_t pid = fork();
	int status = 0;

	if (pid == 0) {
		if (take_place(as))
			(void)execvp(argv[0], (const void *)argv);
		complain(_("cannot run %s: %s"), argv[0], strerror(errno));
		_exit(127);
	}
	if (pid < 0) {
		complain(_("cannot run %s: %s"), argv[0], strerror(errno));
		return false;
	}
	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return false;
	if (WIFSIGNALED(status))
		complain(_("%s was terminated by signal %d"), argv[0], WTERMSIG(status));
	return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

#define OUTPUT_MAX 65536 /* bytes that are kept */
#define NOT_RUN 127      /* the exit status of a shell, too, for a program that it cannot run */

__attribute__((noreturn)) static void run_into(
	int output, const char *const argv[], const struct program_as *as)
{
	if (dup2(output, STDERR_FILENO) >= 0 && take_place(as))
		(void)execvp(argv[0], (const void *)argv);
	_exit(NOT_RUN);
}

/* 1, 0 at that time, or a negative errno. */
static int wait_until(int fd, int64_t end)
{
	struct pollfd poll_fd = { .fd = fd, .events = POLLIN };
	int64_t left;
	int r;

	do {
		left = end - monotonic_ms();
		r = poll(&poll_fd, 1, left < 0 ? 0 : (int)left);
	} while (r < 0 && errno == EINTR);
	return r < 0 ? -errno : r;
}

/* Until the end of the output, or that time. */
static int read_output(int fd, int64_t end, char text[static OUTPUT_MAX])
{
	char rest[256]; /* what no room is left for */
	size_t len = 0;

	for (;;) {
		const bool full = len == OUTPUT_MAX - 1;
		const int ready = wait_until(fd, end);
		ssize_t n;

		if (ready <= 0)
			return ready < 0 ? ready : -ETIMEDOUT;
		n = full ? read(fd, rest, sizeof(rest))
			 : read(fd, text + len, OUTPUT_MAX - 1 - len);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return n < 0 ? -errno : 0;
		if (!full)
			len += (size_t)n;
		text[len] = '\0';
	}
}

/* Its output has ended.  Kills it at that time. */
static int wait_end(pid_t pid, int64_t end)
{
	cleanup_close int fd = pidfd_open(pid, 0);
	const int ended = fd < 0 ? 0 : wait_until(fd, end);
	int status = 0;

	if (ended <= 0)
		(void)kill(pid, SIGKILL);
	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return -errno;
	if (ended <= 0)
		return -ETIMEDOUT;
	if (!WIFEXITED(status))
		return -ECANCELED;
	return WEXITSTATUS(status) == NOT_RUN ? -ENOENT : WEXITSTATUS(status);
}

int program_read(
	const char *const argv[], const struct program_as *as, int limit, char **ret_output)
{
	const int64_t end = monotonic_ms() + limit;
	cleanup_close int read_end = -1, write_end = -1;
	cleanup_text char *text = NULL;
	int ends[2], r, status;
	pid_t pid;

	if (pipe2(ends, O_CLOEXEC) < 0)
		return -errno;
	read_end = ends[0];
	write_end = ends[1];
	pid = fork();
	if (pid == 0)
		run_into(write_end, argv, as);
	if (pid < 0)
		return -errno;
	cleanup_close_fd(&write_end);
	write_end = -1;
	text = must_alloc(calloc(1, OUTPUT_MAX));
	r = read_output(read_end, end, text);
	status = wait_end(pid, r < 0 ? monotonic_ms() : end);
	if (r < 0 || status < 0)
		return r < 0 ? r : status;
	*ret_output = TAKE(text);
	return status;
}
