/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Who else could listen in patd's place: answers every connection in one of the ways below,
 * while COMMAND runs, and says at its end how many there were and what they brought.
 *
 *     peer [-u UID] [-e SECONDS] [-r SECONDS] SOCKET MANNER COMMAND...
 *
 * -u  listen as that uid, which is what SO_PEERCRED shows
 * -e  expires_at of the reply, from now
 * -r  replaced_until of the reply, from now
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
#include <time.h>
#include <unistd.h>

#include "common/wire.h"

#define LEN sizeof(struct pat_reply)

/* Beside these, every verdict by its text: a well-formed reply. */
static const struct manner {
	const char *name;
	size_t len; /* 0: no reply, and the connection is closed */
	bool silent;
	struct pat_reply reply;
} manners[] = {
	{ "expired-long-ago", LEN, false, { PAT_REPLY_MAGIC, PAT_EXPIRED, 86400, 0 } },
	{ "expired-never", LEN, false, { PAT_REPLY_MAGIC, PAT_EXPIRED, UINT64_MAX, 0 } },
	{ "short", LEN - 1, false, { PAT_REPLY_MAGIC, PAT_ACCEPTED, 0, 0 } },
	{ "long", LEN + 1, false, { PAT_REPLY_MAGIC, PAT_ACCEPTED, 0, 0 } },
	{ "huge", LEN + 65536, false, { PAT_REPLY_MAGIC, PAT_ACCEPTED, 0, 0 } },
	{ "other-magic", LEN, false, { PAT_REQUEST_MAGIC, PAT_ACCEPTED, 0, 0 } },
	{ "no-such-verdict", LEN, false, { PAT_REPLY_MAGIC, PAT_VERDICTS, 0, 0 } },
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

static void print_session(const struct pat_session *session)
{
	printf("peer: a session %s: token=%s user=%s service=%s rhost=%s tty=%s logind=%s pid=%u\n",
		session->event == PAT_SESSION_OPENS ? "opens" : "closes", session->id,
		session->user, session->service, session->rhost, session->tty, session->logind,
		(unsigned int)session->pid);
}

static void print_request(const struct pat_request *request)
{
	printf("peer: a request\npeer: account:%s%s%s\n",
		request->account & PAT_ACCOUNT_SEEN ? " seen" : "",
		request->account & PAT_ACCOUNT_EXPIRED ? " expired" : "",
		request->account & PAT_ACCOUNT_LOCKED ? " locked" : "");
}

static void serve(int listener, const struct manner *manner)
{
	static char packet[LEN + 65536];
	union {
		struct pat_request request;
		struct pat_session session;
	} got;
	int fd = accept(listener, NULL, NULL);
	ssize_t n;

	if (fd < 0)
		err(1, "accept");
	n = recv(fd, &got, sizeof(got), 0);
	if (n > 0 && pat_request_check(&got.request, (size_t)n))
		print_request(&got.request);
	else if (n > 0 && pat_session_check(&got.session, (size_t)n))
		print_session(&got.session);
	else
		printf("peer: %s\n", n == 0 ? "nothing" : "garbage");
	if (manner->silent)
		return; /* stays open until we end */
	memcpy(packet, &manner->reply, LEN);
	if (n > 0 && manner->len > 0 && send(fd, packet, manner->len, MSG_NOSIGNAL) < 0)
		err(1, "send");
	close(fd);
}

static struct manner find(const char *name)
{
	for (size_t m = 0; m < sizeof(manners) / sizeof(manners[0]); m++)
		if (strcmp(manners[m].name, name) == 0)
			return manners[m];
	for (uint32_t v = 0; v < PAT_VERDICTS; v++)
		if (strcmp(verdict_word(v), name) == 0)
			return (struct manner) { name, LEN, false, { PAT_REPLY_MAGIC, v, 0, 0 } };
	errx(2, "%s: no such manner", name);
}

static uint64_t from_now(const char *seconds)
{
	return (uint64_t)(time(NULL) + atol(seconds));
}

int main(int argc, char **argv)
{
	struct pollfd fds[2];
	bool full;
	uid_t uid = 0;
	uint64_t expires_at = 0, replaced_until = 0;
	struct manner manner;
	int status, option, waiting = -1;
	pid_t pid;

	while ((option = getopt(argc, argv, "+u:e:r:")) != -1) {
		switch (option) {
		case 'u':
			uid = (uid_t)atoi(optarg);
			break;
		case 'e':
			expires_at = from_now(optarg);
			break;
		case 'r':
			replaced_until = from_now(optarg);
			break;
		default:
			return 2;
		}
	}
	if (argc - optind < 3)
		errx(2, "usage: peer [OPTION...] SOCKET MANNER COMMAND...");
	manner = find(argv[optind + 1]);
	if (expires_at != 0)
		manner.reply.expires_at = expires_at;
	manner.reply.replaced_until = replaced_until;
	full = strcmp(manner.name, "full") == 0;

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
		serve(fds[0].fd, &manner);
	/* What came in the same turn as the end. */
	while (!full && poll(fds, 1, 0) > 0)
		serve(fds[0].fd, &manner);

	if (waiting >= 0)
		close(waiting);
	if (waitpid(pid, &status, 0) < 0)
		err(1, "waitpid");
	return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}
