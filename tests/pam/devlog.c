/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Runs a command with a /dev/log of its own, in a mount namespace of its own, and keeps what is
 * logged there: the real syslog(3) of the real libc, on a machine that may have no logger.
 *
 *     devlog FILE COMMAND...
 *
 * FILE gets one line a message.
 */
#include <err.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

static const char *const devices[] = { "null", "zero", "full", "random", "urandom", "tty" };

/* /dev becomes an empty one with the devices above, built aside and moved into place. */
static void dev_replace(void)
{
	char place[] = "/tmp/devlog.XXXXXX", from[32], to[64];

	if (mkdtemp(place) == NULL || mount("dev", place, "tmpfs", MS_NOSUID, "mode=0755") < 0)
		err(1, "%s", place);
	for (size_t i = 0; i < sizeof(devices) / sizeof(devices[0]); i++) {
		snprintf(from, sizeof(from), "/dev/%s", devices[i]);
		snprintf(to, sizeof(to), "%s/%s", place, devices[i]);
		if (close(creat(to, 0666)) < 0 || mount(from, to, NULL, MS_BIND, NULL) < 0)
			err(1, "%s", to);
	}
	if (mount(place, "/dev", NULL, MS_MOVE, NULL) < 0 || rmdir(place) < 0)
		err(1, "/dev");
}

static int log_open(void)
{
	const struct sockaddr_un address = { .sun_family = AF_UNIX, .sun_path = "/dev/log" };
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	if (fd < 0 || bind(fd, (const struct sockaddr *)&address, sizeof(address)) < 0 ||
		chmod("/dev/log", 0666) < 0)
		err(1, "/dev/log");
	return fd;
}

static void drain(int fd, FILE *to)
{
	char message[8192];
	ssize_t n;

	while ((n = recv(fd, message, sizeof(message), MSG_DONTWAIT)) > 0)
		fprintf(to, "%.*s\n", (int)n, message);
}

int main(int argc, char **argv)
{
	struct pollfd fds[2];
	int status;
	FILE *to;
	pid_t pid;

	if (argc < 3)
		errx(2, "usage: devlog FILE COMMAND...");
	to = fopen(argv[1], "we");
	if (to == NULL)
		err(1, "%s", argv[1]);
	if (unshare(CLONE_NEWNS) < 0 || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0)
		err(1, "unshare");
	dev_replace();
	fds[0] = (struct pollfd) { .fd = log_open(), .events = POLLIN };

	pid = fork();
	if (pid < 0)
		err(1, "fork");
	if (pid == 0) {
		execvp(argv[2], argv + 2);
		err(127, "%s", argv[2]);
	}
	fds[1] = (struct pollfd) { .fd = (int)syscall(SYS_pidfd_open, pid, 0), .events = POLLIN };
	if (fds[1].fd < 0)
		err(1, "pidfd_open");
	while (poll(fds, 2, -1) >= 0 && fds[1].revents == 0)
		drain(fds[0].fd, to);
	drain(fds[0].fd, to);

	if (fclose(to) != 0)
		err(1, "%s", argv[1]);
	if (waitpid(pid, &status, 0) < 0)
		err(1, "waitpid");
	return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}
