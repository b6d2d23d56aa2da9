/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * How long logins take while something else goes on, and how many there can be.
 *
 *     logins [-c CLIENTS] [-p PAUSE_US] [-t SECONDS | -n COUNT] [-u UID] SOCKET USER <TOKEN
 *     logins -e ... SOCKET USER <TOKEN    the same against an echo of its own at SOCKET
 *
 * Prints one line: how many in a second, and the median, 99.9th percentile and worst in
 * microseconds, and how many had another answer than "accepted".  Each client is a process and
 * pauses between its logins.
 */
#include <err.h>
#include <signal.h>
#include <sodium.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/bench/figures.h"
#include "tests/bench/socket_login.h"

#define ROOM ((size_t)1 << 22) /* times, of one client */

struct results {
	size_t count, refused;
	int64_t times[];
};

struct plan {
	unsigned int clients, pause_us, uid;
	int64_t seconds;
	size_t count;
	bool echo;
	struct sockaddr_un at;
	struct pat_request request;
};

static void client(const struct plan *plan, struct results *results)
{
	int64_t end = figures_now() + plan->seconds * 1000000000;
	struct pat_reply reply;

	if (plan->uid != 0 && (setgid(plan->uid) < 0 || setuid(plan->uid) < 0))
		err(1, "uid %u", plan->uid);
	while (results->count < plan->count && figures_now() < end) {
		int64_t time = ask(&plan->at, &plan->request, &reply);

		results->times[results->count++] = time;
		if (reply.verdict != PAT_ACCEPTED)
			results->refused++;
		if (plan->pause_us > 0)
			usleep(plan->pause_us);
	}
	_exit(0);
}

static void run(const struct plan *plan)
{
	size_t bytes = sizeof(struct results) + ROOM * sizeof(int64_t), refused = 0;
	const int how = MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE;
	struct results **all = calloc(plan->clients, sizeof(*all));
	struct figures figures = { 0 };
	int64_t start = figures_now();
	double seconds;

	if (!all)
		err(1, "memory");
	for (unsigned int i = 0; i < plan->clients; i++) {
		all[i] = mmap(NULL, bytes, PROT_READ | PROT_WRITE, how, -1, 0);
		if (all[i] == MAP_FAILED)
			err(1, "memory");
		switch (fork()) {
		case -1:
			err(1, "fork");
		case 0:
			client(plan, all[i]);
		}
	}
	for (unsigned int i = 0; i < plan->clients; i++) {
		int status;

		if (wait(&status) < 0 || status != 0)
			errx(1, "a client failed");
	}
	seconds = (double)(figures_now() - start) / 1e9;
	for (unsigned int i = 0; i < plan->clients; i++) {
		for (size_t n = 0; n < all[i]->count; n++)
			figures_add(&figures, all[i]->times[n]);
		refused += all[i]->refused;
	}
	if (figures.count == 0)
		errx(1, "not one login in %.0f s", seconds);
	printf("%.0f %.1f %.1f %.1f %zu\n", (double)figures.count / seconds,
		figures_part(&figures, 0.5), figures_part(&figures, 0.999),
		figures_part(&figures, 1), refused);
	figures_free(&figures);
	free(all);
}

static void read_options(int argc, char **argv, struct plan *plan)
{
	int option;

	while ((option = getopt(argc, argv, "c:p:t:n:u:e")) != -1) {
		unsigned long number = optarg ? strtoul(optarg, NULL, 10) : 0;

		switch (option) {
		case 'c':
			plan->clients = (unsigned int)number;
			break;
		case 'p':
			plan->pause_us = (unsigned int)number;
			break;
		case 't':
			plan->seconds = (int64_t)number;
			break;
		case 'n':
			plan->count = number < ROOM ? number : ROOM;
			break;
		case 'u':
			plan->uid = (unsigned int)number;
			break;
		case 'e':
			plan->echo = true;
			break;
		default:
			errx(2, "see tests/bench/logins.c");
		}
	}
	if (optind + 2 != argc)
		errx(2, "see tests/bench/logins.c");
}

int main(int argc, char **argv)
{
	struct plan plan = { .clients = 1, .seconds = 3600, .count = ROOM };
	pid_t echo = -1;

	if (sodium_init() < 0)
		errx(1, "libsodium");
	read_options(argc, argv, &plan);
	plan.at = ask_path(argv[optind]);
	ask_read_token(&plan.request, argv[optind + 1]);
	if (plan.echo)
		echo = echo_start(&plan.at);
	run(&plan);
	if (echo > 0) {
		kill(echo, SIGKILL);
		unlink(plan.at.sun_path);
	}
	return 0;
}
