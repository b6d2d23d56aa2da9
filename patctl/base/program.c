/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Running a program with other rights and its standard output redirected. */
#include "patctl/base/program.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/l10n.h"
#include "patctl/base/text.h"

#if __GNUC__ >= 14
/* It asks who closes the copies: the program has them. */
#pragma GCC diagnostic ignored "-Wanalyzer-fd-leak"
#endif
static bool take_place(const struct program_as *as)
{
	int input = as ? as->input : -1, output;

	/* Another user may not be able to write to root's TMPDIR. */
	if (as && unsetenv("TMPDIR") < 0)
		return false;
	if (input < 0)
		input = open("/dev/null", O_RDONLY | O_CLOEXEC);
	else if (lseek(input, 0, SEEK_SET) < 0)
		return false;
	output = as && as->quiet ? open("/dev/null", O_WRONLY | O_CLOEXEC) : STDERR_FILENO;
	if (input < 0 || output < 0 || dup2(input, STDIN_FILENO) < 0 ||
		dup2(output, STDOUT_FILENO) < 0)
		return false;
	return !as || (setgroups(0, NULL) == 0 && setresgid(as->gid, as->gid, as->gid) == 0 &&
			      setresuid(as->uid, as->uid, as->uid) == 0);
}

bool program_run(const char *const argv[], const struct program_as *as)
{
	pid_t pid = fork();
	int status = 0;

	if (pid == 0) {
		if (take_place(as))
			(void)execvp(argv[0], (const void *)argv);
		complain(_("cannot run %s: %s"), argv[0], strerror(errno));
		_exit(127);
	}
	if (pid < 0) {
		complain(_("cannot run %s: %s"), argv[0], strerror(errno));
		return false;
	}
	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return false;
	if (WIFSIGNALED(status))
		complain(_("%s was terminated by signal %d"), argv[0], WTERMSIG(status));
	return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}
