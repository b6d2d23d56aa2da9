/*
 * Who else could listen in patd's place: answers every connection in one of the ways below,
 * while COMMAND runs, and says at its end how many there were and what they brought.
 *
 *     peer [-u UID] SOCKET MANNER COMMAND...
 *
 * -u  listen as that uid, which is what SO_PEERCRED shows
 */
#include <err.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/wire.h"

#define LEN sizeof(struct pat_reply)

static const struct {
	const char *manner;
	size_t len; /* 0: no reply, and the connection is closed */
	bool silent;
	struct pat_reply reply;
} manners[] = {
	{ "accepting", LEN, false, { PAT_REPLY_MAGIC, PAT_ACCEPTED, 0 } },
	{ "wrong", LEN, false, { PAT_REPLY_MAGIC, PAT_WRONG, 0 } },
	{ "not-allowed", LEN, false, { PAT_REPLY_MAGIC, PAT_NOT_ALLOWED, 0 } },
	{ "busy", LEN, false, { PAT_REPLY_MAGIC, PAT_BUSY, 0 } },
	{ "failed", LEN, false, { PAT_REPLY_MAGIC, PAT_FAILED, 0 } },
	{ "expired-long-ago", LEN, false, { PAT_REPLY_MAGIC, PAT_EXPIRED, 86400 } },
	{ "expired-never", LEN, false, { PAT_REPLY_MAGIC, PAT_EXPIRED, UINT64_MAX } },
	{ "short", LEN - 1, false, { PAT_REPLY_MAGIC, PAT_ACCEPTED, 0 } },
	{ "long", LEN + 1, false, { PAT_REPLY_MAGIC, PAT_ACCEPTED, 0 } },
	{ "huge", LEN + 65536, false, { PAT_REPLY_MAGIC, PAT_ACCEPTED, 0 } },
	{ "other-magic", LEN, false, { PAT_REQUEST_MAGIC, PAT_ACCEPTED, 0 } },
	{ "no-such-verdict", LEN, false, { PAT_REPLY_MAGIC, PAT_VERDICTS, 0 } },
	{ "hanging-up", 0, false, { 0 } }, { "silent", 0, true, { 0 } },
	{ "full", 0, true, { 0 } }, /* nor accepts: one waits in the backlog already */
};

static int listen_as(const char *path, uid_t uid, int backlog)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);

	if (!pat_field_set(address.sun_path, sizeof(address.sun_path), path))
		errx(1, "%s is too long", path);
	unlink(path);
	if (fd < 0 || bind(fd, (const struct sockaddr *)&address, sizeof(address)) < 0 ||
		chmod(path, 0666) < 0 || seteuid(uid) < 0 || listen(fd, backlog) < 0 ||
		seteuid(getuid()) < 0)
		err(1, "%s", path);
	(void)prctl(PR_SET_DUMPABLE, 1); /* lost by seteuid(); LeakSanitizer asks for it */
	return fd;
}

static int connect_to(const char *path)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);

	pat_field_cut(address.sun_path, sizeof(address.sun_path), path);
	if (fd < 0 || connect(fd, (const struct sockaddr *)&address, sizeof(address)) < 0)
		err(1, "%s", path);
	return fd;
}

static void serve(int listener, size_t m)
{
	static char packet[LEN + 65536];
	struct pat_request request;
	int fd = accept(listener, NULL, NULL);
	ssize_t n;

	if (fd < 0)
		err(1, "accept");
	n = recv(fd, &request, sizeof(request), 0);
	printf("peer: %s\n", n == 0                                            ? "nothing"
			     : n > 0 && pat_request_check(&request, (size_t)n) ? "a request"
									       : "garbage");
	if (manners[m].silent)
		return; /* stays open until we end */
	memcpy(packet, &manners[m].reply, LEN);
	if (n > 0 && manners[m].len > 0 && send(fd, packet, manners[m].len, MSG_NOSIGNAL) < 0)
		err(1, "send");
	close(fd);
}

static size_t find(const char *manner)
{
	for (size_t m = 0; m < sizeof(manners) / sizeof(manners[0]); m++)
		if (strcmp(manners[m].manner, manner) == 0)
			return m;
	errx(2, "%s: no such manner", manner);
}

int main(int argc, char **argv)
{
	struct pollfd fds[2];
	bool full;
	uid_t uid = 0;
	size_t m;
	int status, option, waiting = -1;
	pid_t pid;

	while ((option = getopt(argc, argv, "+u:")) != -1) {
		if (option != 'u')
			return 2;
		uid = (uid_t)atoi(optarg);
	}
	if (argc - optind < 3)
		errx(2, "usage: peer [-u UID] SOCKET MANNER COMMAND...");
	m = find(argv[optind + 1]);
	full = strcmp(manners[m].manner, "full") == 0;

	/* A backlog of 0 has room for one. */
	fds[0] = (struct pollfd) { .fd = listen_as(argv[optind], uid, full ? 0 : 64),
		.events = POLLIN };
	if (full)
		waiting = connect_to(argv[optind]);

	pid = fork();
	if (pid < 0)
		err(1, "fork");
	if (pid == 0) {
		execvp(argv[optind + 2], argv + optind + 2);
		err(127, "%s", argv[optind + 2]);
	}

	fds[1] = (struct pollfd) { .fd = (int)syscall(SYS_pidfd_open, pid, 0), .events = POLLIN };
	if (fds[1].fd < 0)
		err(1, "pidfd_open");
	if (full)
		fds[0].fd = -1; /* poll() passes over it */
	while (poll(fds, 2, -1) >= 0 && fds[1].revents == 0)
		serve(fds[0].fd, m);
	/* What came in the same turn as the end. */
	while (!full && poll(fds, 1, 0) > 0)
		serve(fds[0].fd, m);

	if (waiting >= 0)
		close(waiting);
	if (waitpid(pid, &status, 0) < 0)
		err(1, "waitpid");
	return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}
