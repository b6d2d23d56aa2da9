/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Creating a file under a temporary name and renaming it when it is complete. */
#include "patctl/base/new_file.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/cleanup.h"
#include "common/l10n.h"
#include "patctl/base/text.h"

static const int ending[] = { SIGHUP, SIGINT, SIGTERM };
#define ENDING (sizeof(ending) / sizeof(ending[0]))

/* The file that a signal removes; NULL: none. */
static const char *volatile unfinished;

static void on_signal(int number)
{
	const char *path = unfinished;

	if (path)
		(void)unlink(path);
	/* Now with the signal's default action. */
	(void)signal(number, SIG_DFL);
	(void)raise(number);
}

static void catch_signals(void)
{
	for (size_t i = 0; i < ENDING; i++) {
		struct sigaction action = { .sa_handler = on_signal };
		struct sigaction before;

		(void)sigemptyset(&action.sa_mask);
		/* nohup(1) ignores SIGHUP on purpose. */
		if (sigaction(ending[i], NULL, &before) == 0 && before.sa_handler != SIG_IGN)
			(void)sigaction(ending[i], &action, NULL);
	}
}

int new_file_begin(struct new_file *file, const char *path)
{
	cleanup_text char *copy = text_format("%s", path);

	*file = (struct new_file) { .path = path, .fd = -1 };
	if (faccessat(AT_FDCWD, path, F_OK, AT_SYMLINK_NOFOLLOW) == 0)
		return -EEXIST;
	file->folder = text_format("%s", dirname(copy));
	file->unfinished = text_format("%s.XXXXXX", path);
	catch_signals();
	file->fd = mkostemp(file->unfinished, O_CLOEXEC);
	if (file->fd < 0) {
		int r = -errno;

		new_file_discard(file);
		return r;
	}
	unfinished = file->unfinished;
	return 0;
}

static int sync_folder(const char *path)
{
	cleanup_close int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	return fd < 0 || fsync(fd) < 0 ? -errno : 0;
}

/* Never replaces a file; some file systems need a check before, which leaves a race. */
static int give_name(const struct new_file *file)
{
	if (renameat2(AT_FDCWD, file->unfinished, AT_FDCWD, file->path, RENAME_NOREPLACE) == 0)
		return 0;
	if (errno != EINVAL)
		return -errno;
	if (faccessat(AT_FDCWD, file->path, F_OK, AT_SYMLINK_NOFOLLOW) == 0)
		return -EEXIST;
	return rename(file->unfinished, file->path) < 0 ? -errno : 0;
}

static int keep(struct new_file *file)
{
	int r;

	if (fsync(file->fd) < 0)
		return -errno;
	r = give_name(file);
	if (r < 0)
		return r;
	unfinished = NULL;
	r = sync_folder(file->folder);
	if (r < 0)
		(void)unlink(file->path);
	return r;
}

int new_file_commit(struct new_file *file)
{
	int r = keep(file);

	new_file_discard(file);
	return r;
}

void new_file_complain(const char *path, int r)
{
	cleanup_text char *safe = text_safe(path);

	if (r == -EEXIST)
		complain(_("%s already exists"), safe);
	else
		complain(_("cannot write %s: %s"), safe, strerror(-r));
}

void new_file_discard(struct new_file *file)
{
	if (unfinished)
		(void)unlink(unfinished);
	unfinished = NULL;
	if (file->fd >= 0)
		(void)close(file->fd);
	file->fd = -1;
	text_free(&file->folder);
	text_free(&file->unfinished);
}
