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
#include <sched.h>
#include <signal.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/bench/figures.h"
#include "tests/bench/socket_login.h"

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
		figures_add(&floor, ask_accepted(at_echo, request));
		figures_add(&patd, ask_accepted(at_patd, request));
	}
	figures_head(title);
	figures_print(&floor, "an echo (the floor)", figures_median(&floor));
	figures_print(&patd, "patd, use recorded", figures_median(&floor));
	figures_free(&floor);
	figures_free(&patd);
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
	at_patd = ask_address(argv[2], PAT_ROOT_SOCKET);
	at_echo = ask_address(argv[2], "echo.sock");
	ask_read_token(&request, argv[3]);
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
