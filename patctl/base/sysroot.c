/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Files below a root folder, opened by openat2(2). */
#include "patctl/base/sysroot.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "common/cleanup.h"
#include "patctl/base/text.h"

int sysroot_new(const char *path, struct sysroot *ret)
{
	int fd = open(path ? path : "/", O_PATH | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0)
		return -errno;
	*ret = (struct sysroot) { .fd = fd, .image = path != NULL };
	return 0;
}

void sysroot_close(struct sysroot *root)
{
	if (root->fd >= 0)
		close(root->fd);
	root->fd = -1;
}

int sysroot_open(const struct sysroot *root, const char *path, int flags)
{
	struct open_how how = {
		.flags = (unsigned int)(flags | O_CLOEXEC),
		.resolve = RESOLVE_IN_ROOT,
	};
	int fd = (int)syscall(SYS_openat2, root->fd, path, &how, sizeof(how));

	/* A sandbox may forbid the call; without an image open() does the same. */
	if (fd < 0 && (errno == ENOSYS || errno == EPERM) && !root->image)
		fd = open(path, flags | O_CLOEXEC);
	return fd < 0 ? -errno : fd;
}

/* Opens for reading what at, of O_PATH, stands for. */
static int open_again(int at)
{
	char path[sizeof("/proc/self/fd/") + 3 * sizeof(at)];
	int fd;

	(void)snprintf(path, sizeof(path), "/proc/self/fd/%d", at);
	fd = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	if (fd < 0)
		return errno == ENOENT ? -ENOSYS : -errno; /* what is missing is /proc */
	return fd;
}

int sysroot_read(const struct sysroot *root, const char *path, FILE **ret)
{
	/* To open a device or a FIFO can do something: it is looked at first. */
	cleanup_close int at = sysroot_open(root, path, O_PATH), fd = -1;
	struct stat st;
	FILE *file;

	if (at < 0)
		return at;
	if (fstat(at, &st) < 0 || !S_ISREG(st.st_mode))
		return -EINVAL;
	fd = open_again(at);
	if (fd < 0)
		return fd;
	file = fdopen(fd, "re");
	if (!file)
		return -ENOMEM;
	(void)take_fd(&fd);
	*ret = file;
	return 0;
}

int sysroot_stat(const struct sysroot *root, const char *path, int flags, struct stat *ret)
{
	cleanup_close int fd = sysroot_open(root, path, O_PATH | flags);

	if (fd < 0)
		return fd;
	return fstat(fd, ret) < 0 ? -errno : 0;
}

bool sysroot_has(const struct sysroot *root, const char *path)
{
	struct stat st;

	return sysroot_stat(root, path, 0, &st) == 0;
}

static int by_name(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

int sysroot_list(const struct sysroot *root, const char *path, char ***ret)
{
	cleanup_close int fd = sysroot_open(root, path, O_RDONLY | O_DIRECTORY);
	const struct dirent *entry;
	char **names;
	size_t n = 0;
	DIR *dir;

	if (fd < 0)
		return fd;
	dir = fdopendir(fd);
	if (!dir)
		return -ENOMEM;
	(void)take_fd(&fd);
	names = must_alloc(calloc(1, sizeof(*names)));
	while ((entry = readdir(dir)))
		if (entry->d_name[0] != '.')
			names_add(&names, &n, entry->d_name);
	closedir(dir);
	qsort(names, n, sizeof(*names), by_name);
	*ret = names;
	return 0;
}
