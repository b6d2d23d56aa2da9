/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Reading secrets, with the echo of a terminal off, sealing and writing them. */
#include "patctl/base/secret.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <termios.h>
#include <unistd.h>

#include "common/cleanup.h"
#include "common/l10n.h"
#include "common/sealed_secret.h"

#define SEALS (F_SEAL_WRITE | F_SEAL_SHRINK | F_SEAL_GROW)

void secret_protect_process(void)
{
	static const struct rlimit none = { 0, 0 };

	/* Both are precautions: a token is generated also if the kernel refuses them. */
	(void)prctl(PR_SET_DUMPABLE, 0);
	(void)setrlimit(RLIMIT_CORE, &none);
}

/* size bytes of locked and guarded memory. */
static char *allocate(size_t size, const char **ret_problem)
{
	char *secret = sodium_init() < 0 ? NULL : sodium_malloc(size);

	if (!secret)
		*ret_problem = N_("cannot allocate protected memory for the token");
	return secret;
}

char *secret_read(int fd, const struct pat_id *id, const char **ret_problem)
{
	cleanup_secret char *secret = NULL;
	int seals = fcntl(fd, F_GET_SEALS);
	struct pat_id inside;
	struct stat st;

	if (seals < 0 || (seals & SEALS) != SEALS || fstat(fd, &st) < 0 || st.st_size < 0 ||
		!pat_token_len_valid((size_t)st.st_size)) {
		*ret_problem = N_("patd did not return a sealed token");
		return NULL;
	}
	secret = allocate((size_t)st.st_size + 1, ret_problem);
	if (!secret)
		return NULL;
	secret[st.st_size] = '\0';
	if (pread(fd, secret, (size_t)st.st_size, 0) != st.st_size ||
		!pat_token_parse(secret, &inside) || strcmp(inside.text, id->text) != 0) {
		*ret_problem = N_("patd did not return the token");
		return NULL;
	}
	return TAKE(secret);
}

void secret_free(char **secret)
{
	sodium_free(*secret);
	*secret = NULL;
}

static int write_all(int fd, const char *text)
{
	size_t left = strlen(text);

	while (left > 0) {
		ssize_t n = write(fd, text, left);

		if (n >= 0) {
			text += n;
			left -= (size_t)n;
		} else if (errno == EAGAIN) {
			struct pollfd room = { .fd = fd, .events = POLLOUT };

			(void)poll(&room, 1, -1);
		} else if (errno != EINTR) {
			return -errno;
		}
	}
	return 0;
}

int secret_write(int fd, const char *before, const char *secret, const char *after)
{
	const char *const parts[] = { before, secret, after };

	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		int r = write_all(fd, parts[i]);

		if (r < 0)
			return r;
	}
	return 0;
}

int secret_seal(const char *secret)
{
	const size_t len = strlen(secret);
	cleanup_close int fd = sealed_secret_new("token", secret, len);
	void *page;

	if (fd < 0)
		return fd;
	/*
	 * Locked until patctl ends, which is soon: it is not swapped out meanwhile.  A precaution,
	 * as the limit of locked memory may be used up.
	 */
	page = mmap(NULL, len, PROT_READ, MAP_PRIVATE, fd, 0);
	if (page != MAP_FAILED)
		(void)mlock(page, len);
	return take_fd(&fd);
}

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

char *secret_input(int fd, bool *ret_blanks, const char **ret_problem)
{
	cleanup_secret char *line = allocate(LINE_MAX_LEN + 1, ret_problem);
	struct pat_found found;
	bool ok;

	if (!line)
		return NULL;
	ok = isatty(fd) ? ask(fd, line, LINE_MAX_LEN + 1) : read_line(fd, line, LINE_MAX_LEN + 1);
	if (ok && pat_token_find(line, &found)) {
		*ret_blanks = found.blanks;
		memmove(line, found.token, found.len);
		line[found.len] = '\0';
		return TAKE(line);
	}
	*ret_problem = ok ? N_("not a valid token (mistyped or incomplete)")
			  : N_("standard input cannot be read");
	return NULL;
}
