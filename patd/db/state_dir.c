/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The state directory as a whole, and how a restored state takes its place. */
#include "patd/db/state_dir.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "common/cleanup.h"
#include "patd/crypto/key.h"
#include "patd/db/database.h"
#include "patd/util/log.h"

#define KEPT_MAX 64 /* "before-restore-20270131T180030Z" */

/*
 * What a state consists of.  The logs of the old database go before it does: they would be taken
 * for the new one's, which has none.
 */
static const char *const parts[] = {
	DATABASE_FILE "-journal", /* SQLite would undo with it what it is not of */
	DATABASE_FILE "-wal",
	DATABASE_FILE "-shm",
	USAGE_FILE,
	STATE_DIR_RESTORED,
	DATABASE_FILE,
	KEY_FILE,
};

static bool exists(int dir, const char *name)
{
	return faccessat(dir, name, F_OK, AT_SYMLINK_NOFOLLOW) == 0;
}

static int remove_files(DIR *folder, bool folders_too)
{
	const struct dirent *entry;
	const int fd = dirfd(folder);
	int r = fd < 0 ? -errno : 0;

	while (r == 0 && (entry = readdir(folder))) {
		const char *name = entry->d_name;

		if (strcmp(name, ".") == 0 || strcmp(name, "..") == 0)
			continue;
		if (unlinkat(fd, name, 0) < 0)
			r = errno == EISDIR && folders_too ? state_dir_remove(fd, name) : -errno;
	}
	return r;
}

int state_dir_remove(int parent_fd, const char *name)
{
	int fd = openat(parent_fd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC), r;
	DIR *folder;

	if (fd < 0)
		return errno == ENOENT ? 0 : -errno;
	folder = fdopendir(fd);
	if (!folder) {
		r = -errno;
		close(fd);
		return r;
	}
	r = remove_files(folder, strcmp(name, STATE_DIR_BEFORE) != 0);
	closedir(folder);
	if (r == 0 && unlinkat(parent_fd, name, AT_REMOVEDIR) < 0)
		r = -errno;
	return r;
}

/* In the database's place, where the new one is not yet, is the old one; the same of the key. */
static int move_part(int state_fd, int ready_fd, int before_fd, const char *name)
{
	const bool log = strcmp(name, DATABASE_FILE) != 0 && strcmp(name, KEY_FILE) != 0 &&
			 strcmp(name, STATE_DIR_RESTORED) != 0;

	if (!log && !exists(ready_fd, name))
		return 0;
	if (renameat(state_fd, name, before_fd, name) < 0 && errno != ENOENT)
		return -errno;
	/* Never the new one alone: a power cut may keep a later rename and lose an earlier one. */
	if (fsync(before_fd) < 0 || fsync(state_fd) < 0)
		return -errno;
	if (log)
		return 0;
	return renameat(ready_fd, name, state_fd, name) < 0 || fsync(state_fd) < 0 ||
			       fsync(ready_fd) < 0
		       ? -errno
		       : 0;
}

static int keep_before(int state_fd, int ready_fd, const char *state_dir)
{
	char name[KEPT_MAX];
	struct tm utc;
	time_t now = time(NULL);
	int r;

	/* There was nothing before it. */
	if (unlinkat(ready_fd, STATE_DIR_BEFORE, AT_REMOVEDIR) == 0)
		return 0;
	do {
		if (!gmtime_r(&now, &utc) ||
			strftime(name, sizeof(name), "before-restore-%Y%m%dT%H%M%SZ", &utc) == 0)
			return -EOVERFLOW;
		r = renameat2(ready_fd, STATE_DIR_BEFORE, state_fd, name, RENAME_NOREPLACE) < 0
			    ? -errno
			    : 0;
		now++; /* where there was a restore in this second already */
	} while (r == -EEXIST);
	if (r == 0)
		log_notice("the former state is in %s/%s: remove it when it is no longer needed",
			state_dir, name);
	return r;
}

static int carry_on(int state_fd, int ready_fd, const char *state_dir)
{
	cleanup_close int before_fd =
		openat(ready_fd, STATE_DIR_BEFORE, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

	/* It is renamed when all else is done. */
	if (before_fd < 0)
		return errno == ENOENT ? 0 : -errno;
	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		int r = move_part(state_fd, ready_fd, before_fd, parts[i]);

		if (r < 0)
			return r;
	}
	return keep_before(state_fd, ready_fd, state_dir);
}

static int finish(int state_fd, const char *state_dir)
{
	cleanup_close int ready_fd =
		openat(state_fd, STATE_DIR_READY, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	int r;

	if (ready_fd < 0)
		return errno == ENOENT ? 0 : -errno;
	if ((r = carry_on(state_fd, ready_fd, state_dir)) < 0 ||
		(r = state_dir_remove(state_fd, STATE_DIR_READY)) < 0)
		return r;
	return fsync(state_fd) < 0 ? -errno : 0;
}

int state_dir_settle(int state_fd, const char *state_dir)
{
	int r;

	if ((r = finish(state_fd, state_dir)) == 0 &&
		(r = state_dir_remove(state_fd, STATE_DIR_NEW)) == 0)
		r = unlinkat(state_fd, STATE_DIR_IMAGE, 0) < 0 && errno != ENOENT ? -errno : 0;
	if (r < 0)
		log_error("cannot clean up the state directory after a backup or a restore: %s",
			strerror(-r));
	return r;
}

int state_dir_begin(int state_fd, int *ret_new_fd)
{
	if (mkdirat(state_fd, STATE_DIR_NEW, 0700) < 0)
		return -errno;
	*ret_new_fd =
		openat(state_fd, STATE_DIR_NEW, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	return *ret_new_fd < 0 ? -errno : 0;
}

int state_dir_switch(int state_fd, int new_fd, const char *state_dir)
{
	if (mkdirat(new_fd, STATE_DIR_BEFORE, 0700) < 0 || fsync(new_fd) < 0 ||
		renameat(state_fd, STATE_DIR_NEW, state_fd, STATE_DIR_READY) < 0 ||
		fsync(state_fd) < 0)
		return -errno;
	return finish(state_fd, state_dir);
}
