/*
 * What an authentication costs: from pam_start() to pam_end(), loading of modules included.
 *
 *     authenticate [-i] ROUNDS CONFDIR USER <CONTENDERS
 *
 * CONTENDERS, a line each: SERVICE EVERY ANSWER.  They take turns, one after the other in every
 * round, so that what else the machine does falls on all alike; one that is slow sits out all
 * but every EVERYth round.  The first one is what the others are compared with.
 *
 * Each authentication has a process of its own, forked before anything of PAM is loaded, as
 * with sudo, login and sshd.  -i: all in one process, as in a screen locker or a mail server.
 */
#include <err.h>
#include <security/pam_appl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/bench/figures.h"

#define CONTENDERS_MAX 16

struct contender {
	char *service, *answer;
	unsigned int every;
	struct figures figures;
};

static const char *confdir, *user;

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

static int64_t authenticate_apart(const struct contender *contender)
{
	int64_t time = -1;
	int ends[2];
	pid_t pid;

	if (pipe(ends) < 0)
		err(1, "pipe");
	pid = fork();
	if (pid < 0)
		err(1, "fork");
	if (pid == 0) {
		time = authenticate(contender);
		_exit(write(ends[1], &time, sizeof(time)) == sizeof(time) ? 0 : 1);
	}
	close(ends[1]);
	if (read(ends[0], &time, sizeof(time)) != sizeof(time))
		time = -1;
	close(ends[0]);
	if (waitpid(pid, NULL, 0) < 0)
		err(1, "waitpid");
	return time;
}

static size_t contenders_read(struct contender *contenders)
{
	size_t n = 0;

	while (n < CONTENDERS_MAX && scanf("%ms %u %m[^\n]", &contenders[n].service,
					     &contenders[n].every, &contenders[n].answer) == 3)
		if (contenders[n].every == 0)
			errx(2, "%s: every 0th round", contenders[n].service);
		else
			n++;
	return n;
}

int main(int argc, char **argv)
{
	struct contender contenders[CONTENDERS_MAX] = { 0 };
	bool together = false;
	unsigned int rounds;
	size_t n;

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
		free(contenders[c].service);
		free(contenders[c].answer);
		figures_free(&contenders[c].figures);
	}
	return 0;
}
