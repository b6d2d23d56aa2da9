/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A secret on a page of memory of its own.
 *
 * By mmap() and mlock() alone: libsodium would add guard pages, which one text of 60 characters
 * that is never written to again does not need, and a library to this program.
 */
#include "desktop/client/patd_secret.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define SECRET_MAX 1024U /* bytes; patd's tokens have 60 or 64 */
#define SECRET_SIZE (SECRET_MAX + 1)

struct PatdSecret {
	gatomicrefcount refs;
	char *text; /* SECRET_SIZE bytes, mapped */
};

static PatdSecret *secret_new(GError **error)
{
	char *text =
		mmap(NULL, SECRET_SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	PatdSecret *secret;

	if (text == MAP_FAILED) {
		g_set_error_literal(error, G_IO_ERROR, (int)g_io_error_from_errno(errno),
			"no memory for the token");
		return NULL;
	}
	/* Where a limit forbids it: the token exists by now, and nobody gets it again. */
	(void)mlock(text, SECRET_SIZE);
	(void)madvise(text, SECRET_SIZE, MADV_DONTDUMP);
	(void)madvise(text, SECRET_SIZE, MADV_WIPEONFORK);
	secret = g_new(PatdSecret, 1);
	g_atomic_ref_count_init(&secret->refs);
	secret->text = text;
	return secret;
}

static gboolean read_all(int fd, char *text, gsize len)
{
	gsize done = 0;

	while (done < len) {
		const ssize_t n = pread(fd, text + done, len - done, (off_t)done);

		if (n > 0)
			done += (gsize)n;
		else if (n == 0 || errno != EINTR)
			return FALSE;
	}
	return TRUE;
}

static gboolean is_printable(const char *text, gsize len)
{
	for (gsize i = 0; i < len; i++)
		if (!g_ascii_isgraph(text[i]))
			return FALSE;
	return TRUE;
}

PatdSecret *patd_secret_read(int fd, GError **error)
{
	g_autoptr(PatdSecret) secret = NULL;
	struct stat about;

	if (fstat(fd, &about) < 0 || !S_ISREG(about.st_mode) || about.st_size < 1 ||
		about.st_size > (off_t)SECRET_MAX) {
		g_set_error_literal(error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA,
			"patd passed something that is not a token");
		return NULL;
	}
	secret = secret_new(error);
	if (!secret)
		return NULL;
	if (!read_all(fd, secret->text, (gsize)about.st_size) ||
		!is_printable(secret->text, (gsize)about.st_size)) {
		g_set_error_literal(error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA,
			"the token that patd passed cannot be read");
		return NULL;
	}
	return g_steal_pointer(&secret);
}

PatdSecret *patd_secret_ref(PatdSecret *secret)
{
	g_atomic_ref_count_inc(&secret->refs);
	return secret;
}

void patd_secret_unref(PatdSecret *secret)
{
	if (!secret || !g_atomic_ref_count_dec(&secret->refs))
		return;
	explicit_bzero(secret->text, SECRET_SIZE);
	(void)munmap(secret->text, SECRET_SIZE);
	g_free(secret);
}

const char *patd_secret_get_text(const PatdSecret *secret)
{
	return secret->text;
}
