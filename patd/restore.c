#include "patd/restore.h"

#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "patd/backup.h"
#include "patd/database.h"
#include "patd/log.h"
#include "patd/state_dir.h"
#include "patd/verify_image.h"

static int failed(int r, const char *what)
{
	log_error("cannot %s: %s; nothing was changed", what, strerror(-r));
	return r;
}

/* The file of the database in the folder, on disk. */
static int sync_file(int folder_fd)
{
	int fd = openat(folder_fd, DATABASE_FILE, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	int r = fd < 0 || fsync(fd) < 0 ? -errno : 0;

	if (fd >= 0)
		close(fd);
	return r;
}

/* Unpacks the backup into the empty folder, and verifies it. */
static int unpack(const char *folder, int folder_fd, int fd, uint8_t bytes[static KEY_LEN])
{
	struct key *key = NULL;
	int image = openat(
		folder_fd, DATABASE_FILE, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
	int r;

	if (image < 0)
		return failed(-errno, "unpack the backup");
	r = backup_read(fd, image, bytes);
	if (close(image) < 0 && r == 0)
		r = failed(-errno, "unpack the backup");
	if (r == 0)
		r = key_new(bytes, &key);
	if (r == 0)
		r = verify_image(folder, key);
	key_free(key);
	return r;
}

static int verify_in(const char *folder, int fd)
{
	uint8_t *bytes = sodium_malloc(KEY_LEN);
	int folder_fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int r;

	if (!bytes || folder_fd < 0)
		r = failed(bytes ? -errno : -ENOMEM, "verify the backup");
	else
		r = unpack(folder, folder_fd, fd, bytes);
	sodium_free(bytes);
	if (folder_fd >= 0)
		close(folder_fd);
	return r;
}

int restore_verify(int fd)
{
	const char *place = secure_getenv("TMPDIR");
	char *folder;
	int r;

	if (asprintf(&folder, "%s/patd-verify.XXXXXX", place ? place : "/var/tmp") < 0)
		return -ENOMEM;
	if (!mkdtemp(folder)) {
		r = failed(-errno, "make a folder to verify the backup in");
	} else {
		int gone;

		r = verify_in(folder, fd);
		gone = state_dir_remove(AT_FDCWD, folder);
		if (gone < 0)
			log_warning("cannot remove %s: %s", folder, strerror(-gone));
	}
	free(folder);
	return r;
}

/* In the locked directory, in a folder that is new. */
static int restore_into(const char *state_dir, int state_fd, int new_fd, int fd)
{
	uint8_t *bytes = sodium_malloc(KEY_LEN);
	char *folder = NULL;
	int r;

	if (!bytes || asprintf(&folder, "%s/" STATE_DIR_NEW, state_dir) < 0) {
		sodium_free(bytes);
		return failed(-ENOMEM, "restore the backup");
	}
	r = unpack(folder, new_fd, fd, bytes);
	free(folder);
	if (r == 0) {
		r = sync_file(new_fd);
		if (r == 0)
			r = key_write(new_fd, bytes);
		if (r < 0)
			(void)failed(r, "write the backup to the disk");
	}
	sodium_free(bytes);
	if (r < 0)
		return r;
	r = state_dir_switch(state_fd, new_fd);
	if (r < 0)
		log_error("the restore was interrupted: %s; the next start of patd carries it on, "
			  "or the next restore begins anew",
			strerror(-r));
	return r;
}

int restore_run(const char *state_dir, int fd)
{
	int state_fd, new_fd, r, gone;

	r = database_lock(state_dir, &state_fd);
	if (r < 0)
		return r;
	r = state_dir_settle(state_fd);
	if (r == 0) {
		r = state_dir_begin(state_fd, &new_fd);
		if (r < 0) {
			(void)failed(r, "restore the backup");
		} else {
			r = restore_into(state_dir, state_fd, new_fd, fd);
			close(new_fd);
		}
		/* Of one that was refused. */
		gone = state_dir_remove(state_fd, STATE_DIR_NEW);
		if (gone < 0)
			log_warning("cannot remove %s/" STATE_DIR_NEW ": %s", state_dir,
				strerror(-gone));
	}
	close(state_fd);
	return r;
}

int restore_open(const char *path, int *ret_fd)
{
	int fd = strcmp(path, "-") == 0 ? dup(STDIN_FILENO) : open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return failed(-errno, "open the backup");
	*ret_fd = fd;
	return 0;
}
