/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Making the file of the usage log, and reading it. */
#include "patd/usage/usage_file.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/cleanup.h"
#include "patd/usage/usage_log.h"
#include "patd/util/io.h"

/* Zeros are written, and not only allocated: else each first write would allocate after all. */
static int fill(int fd)
{
	static const uint8_t zeros[65536];
	int r = -posix_fallocate(fd, 0, (off_t)USAGE_FILE_BYTES);

	for (uint64_t at = 0; r == 0 && at < USAGE_FILE_BYTES; at += sizeof(zeros))
		r = io_write_at(fd, zeros, sizeof(zeros), at);
	if (r == 0 && fdatasync(fd) < 0)
		r = -errno;
	return r;
}

static int make_file(int state_fd, int *ret_fd)
{
	cleanup_close int fd = openat(
		state_fd, USAGE_FILE, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
	int r;

	if (fd < 0)
		return -errno;
	r = fill(fd);
	if (r == 0 && fsync(state_fd) < 0)
		r = -errno;
	if (r < 0) {
		(void)unlinkat(state_fd, USAGE_FILE, 0);
		return r;
	}
	*ret_fd = take_fd(&fd);
	return 0;
}

int usage_file_open(int state_fd, int *ret_fd)
{
	cleanup_close int fd = openat(state_fd, USAGE_FILE, O_RDWR | O_CLOEXEC | O_NOFOLLOW);
	struct stat st;

	if (fd < 0 && errno == ENOENT)
		return make_file(state_fd, ret_fd);
	if (fd < 0 || fstat(fd, &st) < 0)
		return -errno;
	if (!S_ISREG(st.st_mode))
		return -EBADMSG;
	/* Left by a patd that was killed while it made it: nothing was written into it yet. */
	if (st.st_size < (off_t)USAGE_FILE_BYTES) {
		int r = fill(fd);

		if (r < 0)
			return r;
	}
	*ret_fd = take_fd(&fd);
	return 0;
}

int usage_file_read(int fd, uint8_t *bytes, size_t size, uint64_t offset)
{
	int r = io_read_at(fd, bytes, size, offset);

	return r == 0 ? -EBADMSG : r < 0 ? r : 0;
}
