/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What patd's answer costs: connect, request, reply, against the same with a process that does
 * nothing else but accept, receive, send and close.  By turns, one and one.
 *
 *     answer ROUNDS FOLDER USER <TOKEN
 *
 * FOLDER is patd's runtime directory.  Every answer is that the token is good, and patd has
 * recorded its use before it gives it.
 *
 * To wake an idle processor costs more than the answer itself, and which processor a process
 * sleeps on is chance.  So both servers are put on the client's processor, which shows what they
 * do, and then both on another one.
 */
#include <err.h>
#include <pwd.h>
#include <sched.h>
#include <signal.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/wire.h"
#include "tests/bench/figures.h"

static struct sockaddr_un address(const char *folder, const char *name)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int n = snprintf(address.sun_path, sizeof(address.sun_path), "%s/%s", folder, name);

	if (n < 0 || (size_t)n >= sizeof(address.sun_path))
		errx(1, "%s is too long", folder);
	return address;
}

static void echo(int listener)
{
	const struct pat_reply reply = { .magic = PAT_REPLY_MAGIC, .verdict = PAT_ACCEPTED };
	struct pat_request request;

	for (;;) {
		int fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC);

		if (fd < 0 || recv(fd, &request, sizeof(request), 0) < 0 ||
			send(fd, &reply, sizeof(reply), MSG_NOSIGNAL) < 0)
			err(1, "echo");
		close(fd);
	}
}

static pid_t echo_start(const struct sockaddr_un *at)
{
	int listener = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
	pid_t pid;

	if (listener < 0 || bind(listener, (const struct sockaddr *)at, sizeof(*at)) < 0 ||
		listen(listener, 64) < 0)
		err(1, "%s", at->sun_path);
	pid = fork();
	if (pid < 0)
		err(1, "fork");
	if (pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		echo(listener);
	}
	close(listener);
	return pid;
}

static int64_t ask(const struct sockaddr_un *at, const struct pat_request *request)
{
	int64_t start = figures_now();
	struct pat_reply reply;
	ssize_t n;
	int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);

	if (fd < 0 || connect(fd, (const struct sockaddr *)at, sizeof(*at)) < 0 ||
		send(fd, request, sizeof(*request), MSG_NOSIGNAL) < 0)
		err(1, "%s", at->sun_path);
	n = recv(fd, &reply, sizeof(reply), 0);
	close(fd);
	if (n < 0 || !pat_reply_check(&reply, (size_t)n) || reply.verdict != PAT_ACCEPTED)
		errx(1, "%s: not accepted", at->sun_path);
	return figures_now() - start;
}

/* The process that listens there. */
static pid_t listener_of(const struct sockaddr_un *at)
{
	struct ucred peer;
	socklen_t size = sizeof(peer);
	int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);

	if (fd < 0 || connect(fd, (const struct sockaddr *)at, sizeof(*at)) < 0 ||
		getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &size) < 0)
		err(1, "%s", at->sun_path);
	close(fd);
	return peer.pid;
}

static void put_on(pid_t pid, unsigned int cpu)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	if (sched_setaffinity(pid, sizeof(set), &set) < 0)
		err(1, "processor %u", cpu);
}

static void compare(const char *title, unsigned int rounds, const struct sockaddr_un *at_echo,
	const struct sockaddr_un *at_patd, const struct pat_request *request)
{
	struct figures floor = { 0 }, patd = { 0 };

	for (unsigned int round = 0; round < rounds; round++) {
		figures_add(&floor, ask(at_echo, request));
		figures_add(&patd, ask(at_patd, request));
	}
	figures_head(title);
	figures_print(&floor, "an echo (the floor)", figures_median(&floor));
	figures_print(&patd, "patd, use recorded", figures_median(&floor));
	figures_free(&floor);
	figures_free(&patd);
}

static void request_make(struct pat_request *request, const char *user)
{
	const struct passwd *pw = getpwnam(user);
	char *token = NULL;
	size_t size = 0;
	struct pat_id id;

	if (getline(&token, &size, stdin) != PAT_TOKEN_LEN + 1)
		errx(1, "no token");
	token[PAT_TOKEN_LEN] = '\0';
	if (pw == NULL || !pat_token_parse(token, &id))
		errx(1, "no such user, or no token");

	request->magic = PAT_REQUEST_MAGIC;
	request->uid = pw->pw_uid;
	pat_token_digest(token, &request->digest);
	pat_field_cut(request->id, sizeof(request->id), id.text);
	pat_field_cut(request->user, sizeof(request->user), user);
	pat_field_cut(request->service, sizeof(request->service), "bench");
	free(token);
}

int main(int argc, char **argv)
{
	struct pat_request request = { 0 };
	struct sockaddr_un at_patd, at_echo;
	unsigned int rounds;
	pid_t echo, patd;

	if (argc != 4 || sodium_init() < 0)
		errx(2, "usage: answer ROUNDS FOLDER USER <TOKEN");
	rounds = (unsigned int)atoi(argv[1]);
	at_patd = address(argv[2], PAT_ROOT_SOCKET);
	at_echo = address(argv[2], "echo.sock");
	request_make(&request, argv[3]);
	echo = echo_start(&at_echo);
	patd = listener_of(&at_patd);

	put_on(0, 0);
	put_on(echo, 0);
	put_on(patd, 0);
	compare("connect, request, reply on one processor", rounds, &at_echo, &at_patd, &request);
	if (sysconf(_SC_NPROCESSORS_ONLN) > 1) {
		put_on(echo, 1);
		put_on(patd, 1);
		compare("connect, request, reply across two", rounds, &at_echo, &at_patd, &request);
	}

	kill(echo, SIGKILL);
	waitpid(echo, NULL, 0);
	unlink(at_echo.sun_path);
	return 0;
}
