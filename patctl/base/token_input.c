/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Reading a token from standard input, with the echo of a terminal off. */
#include "patctl/base/token_input.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <termios.h>
#include <unistd.h>

#include "common/cleanup.h"
#include "common/l10n.h"
#include "common/token_format.h"
#include "patctl/base/secret.h"

#define SEALS (F_SEAL_WRITE | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL)
#define LINE_MAX_LEN 255 /* more than a token, so that what is longer shows */

/* The terminal whose echo is off: a signal that ends patctl turns it on again first. */
static struct {
	int fd;
	struct termios before;
} silenced;

static void on_ending_signal(int signal)
{
	struct sigaction plain = { .sa_handler = SIG_DFL };

	(void)tcsetattr(silenced.fd, TCSANOW, &silenced.before);
	(void)sigaction(signal, &plain, NULL);
	(void)raise(signal);
}

static const int ending[] = { SIGINT, SIGTERM, SIGHUP, SIGQUIT };

#define ENDING (sizeof(ending) / sizeof(ending[0]))

static void echo_on(const struct sigaction before[static ENDING])
{
	(void)tcsetattr(silenced.fd, TCSAFLUSH, &silenced.before);
	for (size_t i = 0; i < ENDING; i++)
		(void)sigaction(ending[i], &before[i], NULL);
}

/* Turns the echo of the terminal off until echo_on(). */
static bool echo_off(int fd, struct sigaction ret_before[static ENDING])
{
	struct sigaction action = { .sa_handler = on_ending_signal };
	struct termios quiet;

	if (tcgetattr(fd, &silenced.before) < 0)
		return false;
	silenced.fd = fd;
	for (size_t i = 0; i < ENDING; i++)
		(void)sigaction(ending[i], &action, &ret_before[i]);
	quiet = silenced.before;
	quiet.c_lflag &= ~(tcflag_t)(ECHO | ECHOE | ECHOK | ECHONL);
	if (tcsetattr(fd, TCSAFLUSH, &quiet) == 0)
		return true;
	echo_on(ret_before);
	return false;
}

/* Up to the end of the line, or of size bytes; without the newline, NUL at the end. */
static bool read_line(int fd, char *line, size_t size)
{
	size_t len = 0;

	while (len < size - 1) {
		/* Byte by byte: the bytes after the line belong to the next reader. */
		ssize_t n = read(fd, line + len, 1);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return false;
		if (n == 0 || line[len] == '\n')
			break;
		len++;
	}
	line[len] = '\0';
	return true;
}

static bool ask(int fd, char *line, size_t size)
{
	struct sigaction before[ENDING];
	bool ok;

	if (!echo_off(fd, before))
		return false;
	(void)fputs(_("Token: "), stderr);
	ok = read_line(fd, line, size);
	echo_on(before);
	(void)fputc('\n', stderr);
	return ok;
}

char *token_input_read(int fd, const char **ret_problem)
{
	cleanup_secret char *line = NULL;
	struct pat_id id;
	bool ok;

	if (sodium_init() < 0 || !(line = sodium_malloc(LINE_MAX_LEN + 1))) {
		*ret_problem = N_("there is no protected memory to hold the token");
		return NULL;
	}
	ok = isatty(fd) ? ask(fd, line, LINE_MAX_LEN + 1) : read_line(fd, line, LINE_MAX_LEN + 1);
	if (!ok) {
		*ret_problem = N_("standard input cannot be read");
		return NULL;
	}
	if (!pat_token_parse(line, &id)) {
		*ret_problem = N_("that is no token: mistyped, or not the whole of it");
		return NULL;
	}
	return TAKE(line);
}

int token_input_seal(const char *token)
{
	cleanup_close int fd = memfd_create("token", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	int r;

	if (fd < 0)
		return -errno;
	r = secret_write(fd, "", token, "");
	if (r < 0)
		return r;
	if (lseek(fd, 0, SEEK_SET) < 0 || fcntl(fd, F_ADD_SEALS, SEALS) < 0)
		return -errno;
	return take_fd(&fd);
}
