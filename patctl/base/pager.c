/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Starting the pager and waiting for its end. */
#include "patctl/base/pager.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/cleanup.h"
#include "common/l10n.h"
#include "patctl/base/text.h"

#if __GNUC__ >= 14
/* It asks who closes the copies: the program has them. */
#pragma GCC diagnostic ignored "-Wanalyzer-fd-leak"
#endif

#define WORDS_MAX 32

/* The path, so that another user's PATH does not count. */
static const char less[] = "/usr/bin/less";

static pid_t pager;             /* 0: none */
static int terminal_error = -1; /* the former standard error, if the pager took its place */

/*
 * Whether the person may do anything that this process may.  The kernel keeps the uid of a login
 * through sudo and su.
 */
static bool is_own_session(void)
{
	cleanup_close int file = open("/proc/self/loginuid", O_RDONLY | O_CLOEXEC);
	char text[16] = "";
	const ssize_t n = file < 0 ? -1 : read(file, text, sizeof(text) - 1);
	const uid_t none = (uid_t)-1, login = n > 0 ? (uid_t)strtoul(text, NULL, 10) : none;

	/* Without it, what sudo and doas say of the user who ran them counts. */
	if (login == none)
		return geteuid() != 0 && !getenv("SUDO_UID") && !getenv("DOAS_USER");
	return login == geteuid() || login == 0;
}

/* NULL: none.  ret_secure: it is less, whatever else is wanted. */
static const char *choose(bool *ret_secure)
{
	const char *term = getenv("TERM"), *command = getenv("PATCTL_PAGER");

	if (!command)
		command = getenv("PAGER");
	if (!isatty(STDOUT_FILENO) || !term || *term == '\0' || strcmp(term, "dumb") == 0)
		return NULL;
	if (command && (strspn(command, " \t") == strlen(command) || strcmp(command, "cat") == 0))
		return NULL;
	*ret_secure = !is_own_session();
	if (command && !*ret_secure)
		return command;
	return access(less, X_OK) == 0 ? less : NULL;
}

/* Without a pager the output is printed nevertheless. */
static void copy_input(void)
{
	char buffer[4096];
	ssize_t n, written, done;

	while ((n = read(STDIN_FILENO, buffer, sizeof(buffer))) > 0)
		for (done = 0; done < n; done += written) {
			written = write(STDOUT_FILENO, buffer + done, (size_t)(n - done));
			if (written < 0)
				return;
		}
}

static void execute(const char *command)
{
	cleanup_text char *words = text_format("%s", command);
	char *argv[WORDS_MAX + 1] = { NULL }, *rest = NULL;
	size_t n = 0;

	for (char *word = strtok_r(words, " \t", &rest); word && n < WORDS_MAX;
		word = strtok_r(NULL, " \t", &rest))
		argv[n++] = word;
	if (n == 0)
		return;
	(void)execvp(argv[0], argv);
	complain(_("cannot run the pager %s: %s"), argv[0], strerror(errno));
}

/* In the child. */
__attribute__((noreturn)) static void become_pager(
	pid_t parent, int input, const char *command, bool secure)
{
	(void)signal(SIGPIPE, SIG_DFL);
	/* It ends with patctl, also if patctl is killed or has already ended. */
	if (dup2(input, STDIN_FILENO) < 0 || prctl(PR_SET_PDEATHSIG, SIGTERM) < 0 ||
		getppid() != parent)
		_exit(127);
	/*
	 * As of systemctl(1): quit if the text fits the screen (F), show colours (R), do not wrap
	 * (S), leave the text on the screen (X), a long prompt (M), end on Ctrl-C (K).
	 */
	if (setenv("LESS", "FRSXMK", 1) < 0 || setenv("LESSCHARSET", "utf-8", 0) < 0 ||
		(secure && setenv("LESSSECURE", "1", 1) < 0))
		_exit(127);
	execute(command);
	copy_input();
	_exit(0);
}

static void wait_for_pager(void)
{
	while (waitpid(pager, NULL, 0) < 0 && errno == EINTR)
		;
}

/* Ctrl-C ends the output; the person may still read what there is. */
static void on_interrupt(int number)
{
	(void)close(STDOUT_FILENO);
	if (terminal_error >= 0)
		(void)close(STDERR_FILENO);
	(void)waitpid(pager, NULL, 0);
	(void)signal(number, SIG_DFL);
	(void)raise(number);
}

/* Standard error follows, or messages would be written across the pager's screen. */
static void redirect(int output)
{
	if (dup2(output, STDOUT_FILENO) < 0 || !isatty(STDERR_FILENO))
		return;
	terminal_error = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
	if (terminal_error >= 0)
		(void)dup2(output, STDERR_FILENO);
}

void pager_begin(void)
{
	const pid_t parent = getpid();
	const char *command;
	bool secure = false;
	int ends[2];

	command = pager ? NULL : choose(&secure);
	if (!command || fflush(stdout) != 0 || pipe2(ends, O_CLOEXEC) < 0)
		return;
	pager = fork();
	if (pager == 0) {
		(void)close(ends[1]); /* or there would be no end to read */
		become_pager(parent, ends[0], command, secure);
	}
	(void)close(ends[0]);
	if (pager > 0) {
		/* Who leaves the pager early ends the output, not patctl. */
		(void)signal(SIGPIPE, SIG_IGN);
		(void)signal(SIGINT, on_interrupt);
		redirect(ends[1]);
		/* As on the terminal: lines keep their place among messages. */
		(void)setvbuf(stdout, NULL, _IOLBF, 0);
	} else {
		pager = 0;
	}
	(void)close(ends[1]);
}

bool pager_left(void)
{
	return pager > 0 && ferror(stdout);
}

bool pager_end(void)
{
	if (pager == 0)
		return false;
	/* From now on Ctrl-C is for the pager alone. */
	(void)signal(SIGINT, SIG_IGN);
	(void)fclose(stdout);
	if (terminal_error >= 0)
		(void)dup2(terminal_error, STDERR_FILENO);
	wait_for_pager();
	return true;
}
