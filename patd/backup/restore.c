/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Restoring and verifying a backup, offline. */
#include "patd/backup/restore.h"

#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/cleanup.h"
#include "patd/backup/backup_file.h"
#include "patd/db/database.h"
#include "patd/db/state_dir.h"
#include "patd/util/log.h"

static int failed(int r, const char *what)
{
	log_error("cannot %s: %s; nothing was changed", what, strerror(-r));
	return r;
}

/* Unpacks the backup into the empty file image, and verifies it. */
static int unpack(int image, int fd, uint8_t bytes[static KEY_LEN])
{
	cleanup_key struct key *key = NULL;
	int r;

	r = backup_read(fd, image, bytes);
	if (r < 0)
		return r;
	r = key_new(bytes, &key);
	return r < 0 ? r : verify_image(image, key);
}

/* An empty file without a name: it is gone when this process is, however it ends. */
static int open_nameless(int *ret_fd)
{
	const char *dir = secure_getenv("TMPDIR");
	cleanup_free char *path = NULL;
	cleanup_close int fd = -1;

	if (asprintf(&path, "%s/patd-verify.XXXXXX", dir ? dir : "/var/tmp") < 0)
		return -ENOMEM;
	fd = mkostemp(path, O_CLOEXEC);
	if (fd < 0 || unlink(path) < 0)
		return -errno;
	*ret_fd = take_fd(&fd);
	return 0;
}

static int open_backup(const char *path)
{
	int fd = strcmp(path, "-") == 0 ? dup(STDIN_FILENO) : open(path, O_RDONLY | O_CLOEXEC);

	return fd < 0 ? failed(-errno, "open the backup") : fd;
}

int restore_verify(const char *path)
{
	cleanup_key_bytes uint8_t *bytes = sodium_malloc(KEY_LEN);
	cleanup_close int fd = open_backup(path), image = -1;
	int r;

	if (fd < 0)
		return fd;
	r = bytes ? open_nameless(&image) : -ENOMEM;
	if (r < 0)
		return failed(r, "make a file to verify the backup in");
	return unpack(image, fd, bytes);
}

/* For the history, when patd starts on the new state. */
static int mark(int new_fd)
{
	cleanup_close int fd = openat(new_fd, STATE_DIR_RESTORED,
		O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);

	return fd < 0 ? -errno : 0;
}

/* Makes the new state, on the disk, in its folder, which is empty. */
static int make_ready(int new_fd, int fd)
{
	cleanup_key_bytes uint8_t *bytes = sodium_malloc(KEY_LEN);
	cleanup_close int image = openat(
		new_fd, DATABASE_FILE, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
	int r;

	if (!bytes || image < 0)
		return failed(bytes ? -errno : -ENOMEM, "unpack the backup");
	r = unpack(image, fd, bytes);
	if (r < 0)
		return r;
	r = fsync(image) < 0 ? -errno : key_write(new_fd, bytes);
	if (r == 0)
		r = mark(new_fd);
	return r < 0 ? failed(r, "write the backup to the disk") : 0;
}

/* In the locked directory, by way of a folder that is new. */
static int restore_into(int state_fd, int fd, const char *state_dir)
{
	cleanup_close int new_fd = -1;
	int r;

	r = state_dir_begin(state_fd, &new_fd);
	if (r < 0)
		return failed(r, "restore the backup");
	r = make_ready(new_fd, fd);
	if (r < 0)
		return r;
	r = state_dir_switch(state_fd, new_fd, state_dir);
	if (r < 0)
		log_error("the restore was interrupted: %s; the next start of patd completes it, "
			  "or the next restore starts over",
			strerror(-r));
	return r;
}

int restore_run(const char *state_dir, const char *path)
{
	cleanup_close int fd = open_backup(path), state_fd = -1;
	int r, removed;

	if (fd < 0)
		return fd;
	r = database_lock(state_dir, &state_fd);
	if (r < 0)
		return r;
	r = state_dir_settle(state_fd, state_dir);
	if (r < 0)
		return r;
	r = restore_into(state_fd, fd, state_dir);
	/* Of one that was refused. */
	removed = state_dir_remove(state_fd, STATE_DIR_NEW);
	if (removed < 0)
		log_warning(
			"cannot remove %s/" STATE_DIR_NEW ": %s", state_dir, strerror(-removed));
	return r;
}
