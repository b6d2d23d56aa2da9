/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The signals that end a program, seen during a wait. */
#include "pam_pat/end_signals.h"

#include <errno.h>
#include <stdbool.h>
#include <sys/signalfd.h>
#include <unistd.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* By the terminal, its end, and kill(1). */
static const int ends[] = { SIGINT, SIGQUIT, SIGHUP, SIGTERM };

/* A signal that is ignored would be pending all the same while it is blocked. */
static bool is_ignored(int number)
{
	struct sigaction action;

	return sigaction(number, NULL, &action) == 0 && action.sa_handler == SIG_IGN;
}

int end_signals_hold(struct end_signals *signals)
{
	sigset_t held;
	int r;

	(void)sigemptyset(&held);
	for (size_t i = 0; i < COUNT(ends); i++)
		if (!is_ignored(ends[i]))
			(void)sigaddset(&held, ends[i]);
	signals->fd = signalfd(-1, &held, SFD_CLOEXEC);
	if (signals->fd < 0)
		return -errno;
	r = pthread_sigmask(SIG_BLOCK, &held, &signals->before);
	if (r != 0) {
		(void)close(signals->fd);
		signals->fd = -1;
	}
	return -r;
}

void end_signals_release(struct end_signals *signals)
{
	const int error = errno;

	if (signals->fd < 0)
		return;
	(void)close(signals->fd);
	signals->fd = -1;
	(void)pthread_sigmask(SIG_SETMASK, &signals->before, NULL);
	errno = error;
}
