/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Writing lines to the system log through libpam. */
#include "pam_pat/pam_log.h"

#include <errno.h>
#include <fcntl.h>
#include <security/pam_ext.h>
#include <stdarg.h>
#include <stdbool.h>
#include <unistd.h>

#define ESCAPED(field) (sizeof(field) * (sizeof("\\xNN") - 1))

/*
 * The first syslog(3) of a process opens a socket and keeps it.  If the host runs with descriptor
 * 0, 1 or 2 closed, the socket would get that number, and later output of the host would go to the
 * log.  So these numbers are taken meanwhile, by descriptors on which reads and writes fail with
 * EBADF as on a closed one.
 */
static void plugs_hold(bool held[static STDERR_FILENO + 1])
{
	for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
		held[fd] = fcntl(fd, F_GETFD) < 0 && errno == EBADF &&
			   open("/", O_PATH | O_CLOEXEC) == fd;
}

static void plugs_release(const bool held[static STDERR_FILENO + 1])
{
	for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
		if (held[fd])
			(void)close(fd);
}

void log_message(pam_handle_t *pamh, int priority, const char *format, ...)
{
	bool held[STDERR_FILENO + 1];
	va_list args;

	plugs_hold(held);
	va_start(args, format);
	pam_vsyslog(pamh, priority, format, args);
	va_end(args);
	plugs_release(held);
}

void log_escape(char *out, size_t size, const char *text)
{
	static const char hex[] = "0123456789abcdef";
	size_t at = 0;

	for (; *text != '\0'; text++) {
		unsigned char c = (unsigned char)*text;
		bool plain = c > ' ' && c < 0x7F && c != '\\' && c != '"';

		if (size - at <= (plain ? 1U : sizeof("\\xNN") - 1))
			break;
		if (plain) {
			out[at++] = (char)c;
			continue;
		}
		out[at++] = '\\';
		out[at++] = 'x';
		out[at++] = hex[c >> 4];
		out[at++] = hex[c & 0x0F];
	}
	out[at] = '\0';
}

void log_request(pam_handle_t *pamh, int priority, const char *result, const char *why,
	const struct pat_request *request)
{
	char user[ESCAPED(request->user)], service[ESCAPED(request->service)];
	char rhost[ESCAPED(request->rhost)], tty[ESCAPED(request->tty)];

	log_escape(user, sizeof(user), request->user);
	log_escape(service, sizeof(service), request->service);
	log_escape(rhost, sizeof(rhost), request->rhost);
	log_escape(tty, sizeof(tty), request->tty);

	log_message(pamh, priority, "%s%s%s%s: token=%s user=%s service=%s tty=%s rhost=%s", result,
		why != NULL ? " (" : "", why != NULL ? why : "", why != NULL ? ")" : "",
		request->id, user, service, tty, rhost);
}
