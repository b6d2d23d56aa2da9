/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What an authentication costs, loading of modules included.
 *
 *     authenticate [-i] ROUNDS CONFDIR USER <CONTENDERS
 *
 * CONTENDERS, a line each: SERVICE EVERY ANSWER.  They take turns, one after the other in every
 * round, so that what else the machine does falls on all alike; one that is slow sits out all
 * but every EVERYth round.  The first one is what the others are compared with.
 *
 * Each authentication is a process of its own, as with sudo, login and sshd, which looks its user
 * up first as these do: from its start to its end.  -i: all in one process, as in a mail server;
 * from pam_start() to pam_end().
 */
#include <err.h>
#include <pwd.h>
#include <security/pam_appl.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/bench/figures.h"

#define CONTENDERS_MAX 16

struct contender {
	char *service, *answer;
	unsigned int every;
	int fd; /* has the answer */
	struct figures figures;
};

static char *confdir, *user;

static int converse(
	int n, const struct pam_message **messages, struct pam_response **ret_responses, void *data)
{
	struct pam_response *responses = calloc((size_t)n, sizeof(*responses));

	if (responses == NULL)
		return PAM_BUF_ERR;
	for (int i = 0; i < n; i++)
		if (messages[i]->msg_style == PAM_PROMPT_ECHO_OFF)
			responses[i].resp = strdup(data);
	*ret_responses = responses;
	return PAM_SUCCESS;
}

/* In nanoseconds; negative if it was refused. */
static int64_t authenticate(const struct contender *contender)
{
	const struct pam_conv conv = { .conv = converse, .appdata_ptr = contender->answer };
	pam_handle_t *pamh = NULL;
	int64_t start = figures_now();
	int r;

	r = pam_start_confdir(contender->service, user, &conv, confdir, &pamh);
	if (r == PAM_SUCCESS)
		r = pam_authenticate(pamh, 0);
	if (pamh != NULL)
		pam_end(pamh, r);
	return r == PAM_SUCCESS ? figures_now() - start : -1;
}

/* argv: "-1", CONFDIR, USER, SERVICE; the answer is on standard input, from its beginning. */
static int authenticate_once(char **argv)
{
	static char answer[256];
	struct contender contender = { .service = argv[4], .answer = answer };

	confdir = argv[2];
	user = argv[3];
	if (pread(STDIN_FILENO, answer, sizeof(answer) - 1, 0) < 0)
		return 1;
	return getpwnam(user) == NULL || authenticate(&contender) < 0;
}

static int64_t authenticate_apart(const struct contender *contender)
{
	char name[] = "authenticate", once[] = "-1";
	char *const argv[] = { name, once, confdir, user, contender->service, NULL };
	posix_spawn_file_actions_t actions;
	int64_t start;
	int status;
	pid_t pid;

	if (posix_spawn_file_actions_init(&actions) != 0 ||
		posix_spawn_file_actions_adddup2(&actions, contender->fd, STDIN_FILENO) != 0)
		errx(1, "posix_spawn");
	start = figures_now();
	if (posix_spawn(&pid, "/proc/self/exe", &actions, NULL, argv, environ) != 0 ||
		waitpid(pid, &status, 0) < 0)
		errx(1, "posix_spawn");
	posix_spawn_file_actions_destroy(&actions);
	return status == 0 ? figures_now() - start : -1;
}

static void answer_keep(struct contender *contender)
{
	size_t len = strlen(contender->answer);

	contender->fd = memfd_create("answer", MFD_CLOEXEC);
	if (contender->fd < 0 || write(contender->fd, contender->answer, len) != (ssize_t)len)
		err(1, "memfd");
}

static size_t contenders_read(struct contender *contenders)
{
	size_t n = 0;

	while (n < CONTENDERS_MAX && scanf("%ms %u %m[^\n]", &contenders[n].service,
					     &contenders[n].every, &contenders[n].answer) == 3)
		if (contenders[n].every == 0)
			errx(2, "%s: every 0th round", contenders[n].service);
		else
			answer_keep(&contenders[n++]);
	return n;
}

int main(int argc, char **argv)
{
	struct contender contenders[CONTENDERS_MAX] = { 0 };
	bool together = false;
	unsigned int rounds;
	size_t n;

	if (argc == 5 && strcmp(argv[1], "-1") == 0)
		return authenticate_once(argv);
	if (argc > 1 && strcmp(argv[1], "-i") == 0) {
		together = true;
		argc--;
		argv++;
	}
	if (argc != 4)
		errx(2, "usage: authenticate [-i] ROUNDS CONFDIR USER");
	rounds = (unsigned int)atoi(argv[1]);
	confdir = argv[2];
	user = argv[3];
	n = contenders_read(contenders);

	for (unsigned int round = 0; round < rounds; round++) {
		for (size_t c = 0; c < n; c++) {
			int64_t time;

			if (round % contenders[c].every != 0)
				continue;
			time = together ? authenticate(&contenders[c])
					: authenticate_apart(&contenders[c]);
			if (time < 0)
				errx(1, "%s: refused", contenders[c].service);
			figures_add(&contenders[c].figures, time);
		}
	}

	figures_head(together ? "pam_authenticate, all in one process"
			      : "pam_authenticate, a process each");
	for (size_t c = 0; c < n; c++)
		figures_print(&contenders[c].figures, contenders[c].service,
			figures_median(&contenders[0].figures));

	for (size_t c = 0; c < n; c++) {
		close(contenders[c].fd);
		free(contenders[c].service);
		free(contenders[c].answer);
		figures_free(&contenders[c].figures);
	}
	return 0;
}
