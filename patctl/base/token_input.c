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

#include "common/l10n.h"
#include "common/token_format.h"
#include "patctl/base/secret.h"

#define SEALS (F_SEAL_WRITE | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL)
#define LINE_MAX_LEN 255 /* more than a token, so that what is longer shows */

/* What a signal has to put right before it ends patctl. */
static struct {
	int fd;
	struct termios before;
} silenced;

static void on_end(int signal)
{
	struct sigaction plain = { .sa_handler = SIG_DFL };

	(void)tcsetattr(silenced.fd, TCSANOW, &silenced.before);
	(void)sigaction(signal, &plain, NULL);
	(void)raise(signal);
}

static const int ends[] = { SIGINT, SIGTERM, SIGHUP, SIGQUIT };

#define ENDS (sizeof(ends) / sizeof(ends[0]))

/* Has the terminal echo again. */
static void speak(const struct sigaction before[static ENDS])
{
	(void)tcsetattr(silenced.fd, TCSAFLUSH, &silenced.before);
	for (size_t i = 0; i < ENDS; i++)
		(void)sigaction(ends[i], &before[i], NULL);
}

/* Stops the echo of the terminal until speak(). */
static bool silence(int fd, struct sigaction ret_before[static ENDS])
{
	struct sigaction action = { .sa_handler = on_end };
	struct termios mute;

	if (tcgetattr(fd, &silenced.before) < 0)
		return false;
	silenced.fd = fd;
	for (size_t i = 0; i < ENDS; i++)
		(void)sigaction(ends[i], &action, &ret_before[i]);
	mute = silenced.before;
	mute.c_lflag &= ~(tcflag_t)(ECHO | ECHOE | ECHOK | ECHONL);
	if (tcsetattr(fd, TCSAFLUSH, &mute) == 0)
		return true;
	speak(ret_before);
	return false;
}

/* Up to the end of the line, or of size bytes; without the newline, NUL at the end. */
static bool read_line(int fd, char *line, size_t size)
{
	size_t len = 0;

	while (len < size - 1) {
		/* Not a byte more than the line: the rest belongs to whoever reads next. */
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
	struct sigaction before[ENDS];
	bool ok;

	if (!silence(fd, before))
		return false;
	(void)fputs(_("Token: "), stderr);
	ok = read_line(fd, line, size);
	speak(before);
	(void)fputc('\n', stderr);
	return ok;
}

char *typed_read(int fd, const char **ret_problem)
{
	struct pat_id id;
	char *line;
	bool ok;

	if (sodium_init() < 0 || !(line = sodium_malloc(LINE_MAX_LEN + 1))) {
		*ret_problem = N_("there is no protected memory to hold the token");
		return NULL;
	}
	ok = isatty(fd) ? ask(fd, line, LINE_MAX_LEN + 1) : read_line(fd, line, LINE_MAX_LEN + 1);
	if (ok && pat_token_parse(line, &id))
		return line;
	*ret_problem = ok ? N_("that is no token: mistyped, or not the whole of it")
			  : N_("standard input cannot be read");
	secret_free(&line);
	return NULL;
}

int typed_seal(const char *token)
{
	int fd = memfd_create("token", MFD_CLOEXEC | MFD_ALLOW_SEALING), r;

	if (fd < 0)
		return -errno;
	r = secret_write(fd, "", token, "");
	if (r == 0 && (lseek(fd, 0, SEEK_SET) < 0 || fcntl(fd, F_ADD_SEALS, SEALS) < 0))
		r = -errno;
	if (r < 0) {
		(void)close(fd);
		return r;
	}
	return fd;
}
