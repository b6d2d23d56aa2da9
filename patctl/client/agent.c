/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Starting and ending pkttyagent(1). */
#include "patctl/client/agent.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/cleanup.h"

#define PROGRAM "/usr/bin/pkttyagent"

/* In the child. */
__attribute__((noreturn)) static void become_agent(pid_t parent, int terminal, int ready)
{
	char fd[16];
	int r = 0;

	/* Standard output may get a token: the agent writes to the terminal instead. */
	for (int standard = STDIN_FILENO; standard <= STDERR_FILENO && r >= 0; standard++)
		r = dup2(terminal, standard);
	if (r < 0)
		_exit(127);
	(void)signal(SIGPIPE, SIG_DFL);

	/* The agent ends with patctl, also if patctl is killed or has already ended. */
	if (prctl(PR_SET_PDEATHSIG, SIGTERM) < 0 || getppid() != parent ||
		fcntl(ready, F_SETFD, 0) < 0)
		_exit(127);
	(void)snprintf(fd, sizeof(fd), "%d", ready);
	(void)execl(PROGRAM, PROGRAM, "--notify-fd", fd, "--fallback", (char *)NULL);
	_exit(127);
}

static void wait_for_end_of_file(int fd)
{
	char byte;
	ssize_t n;

	do {
		n = read(fd, &byte, 1);
	} while (n > 0 || (n < 0 && errno == EINTR));
}

bool agent_start(pid_t *agent)
{
	cleanup_close int terminal =
		isatty(STDIN_FILENO) ? open("/dev/tty", O_RDWR | O_CLOEXEC) : -1;
	const pid_t parent = getpid();
	int ready[2];

	if (terminal < 0)
		return false;
	if (*agent != 0 || pipe2(ready, O_CLOEXEC) < 0)
		return true;
	*agent = fork();
	if (*agent == 0)
		become_agent(parent, terminal, ready[1]);
	if (*agent < 0)
		*agent = 0;
	(void)close(ready[1]);
	wait_for_end_of_file(ready[0]);
	(void)close(ready[0]);
	return true;
}

void agent_end(pid_t *agent)
{
	if (*agent == 0)
		return;
	/* SIGCONT: a stopped agent gets SIGTERM only when it continues. */
	(void)kill(*agent, SIGTERM);
	(void)kill(*agent, SIGCONT);
	while (waitpid(*agent, NULL, 0) < 0 && errno == EINTR)
		;
	*agent = 0;
}
