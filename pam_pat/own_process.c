/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Reading proc(5). */
#include "pam_pat/own_process.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/cleanup.h"

#define PATH_SIZE sizeof("/proc/4294967295/cmdline")
#define STAT_SIZE 1024 /* the name of a program has 15 bytes, and each number 20 at most */

/* As much of the file as there is room for.  The rest of the buffer stays as it is. */
static int read_file(const char *path, char *buffer, size_t size, size_t *ret_len)
{
	cleanup_close int fd = open(path, O_RDONLY | O_CLOEXEC);
	size_t len = 0;
	ssize_t n = 0;

	if (fd < 0)
		return -errno;
	while (len < size) {
		n = read(fd, buffer + len, size - len);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			break;
		len += (size_t)n;
	}
	if (n < 0)
		return -errno;
	*ret_len = len;
	return 0;
}

static int read_command(
	const char *path, char *buffer, size_t size, uint32_t *ret_len, uint32_t *ret_cut)
{
	size_t len = 0;
	int r = read_file(path, buffer, size, &len);

	if (r < 0)
		return r;
	*ret_len = (uint32_t)len;
	/* There may be more, or just not. */
	*ret_cut = len == size;
	return 0;
}

/* The number in that column, from 1, of what stands after the program's name in its parentheses. */
static bool column(const char *stat, unsigned int number, uint64_t *ret)
{
	const char *at = strrchr(stat, ')');
	char *end;

	for (unsigned int i = 0; at != NULL && i < number; i++)
		at = strchr(at + 1, ' ');
	if (at == NULL)
		return false;
	errno = 0;
	*ret = strtoull(at + 1, &end, 10);
	return end != at + 1 && errno == 0;
}

/* Columns 4 and 22 of proc(5); the second is the name. */
static int read_stat(uint32_t *ret_parent, uint64_t *ret_start_time)
{
	char stat[STAT_SIZE] = "";
	uint64_t parent, start_time;
	size_t len;
	int r = read_file("/proc/self/stat", stat, sizeof(stat) - 1, &len);

	if (r < 0)
		return r;
	if (!column(stat, 2, &parent) || parent > UINT32_MAX || !column(stat, 20, &start_time))
		return -EBADMSG;
	*ret_parent = (uint32_t)parent;
	*ret_start_time = start_time;
	return 0;
}

int process_start_time(uint64_t *ret)
{
	uint32_t parent;

	return read_stat(&parent, ret);
}

int process_read_own(struct pat_process *ret)
{
	struct pat_process process = {
		.magic = PAT_PROCESS_MAGIC,
		.pid = (uint32_t)getpid(),
		.uid = getuid(),
	};
	char path[PATH_SIZE];
	int r;

	r = read_command("/proc/self/cmdline", process.command, sizeof(process.command),
		&process.command_len, &process.command_cut);
	if (r == 0 && process.command_len == 0)
		r = -ENODATA;
	if (r == 0)
		r = read_stat(&process.parent_pid, &process.start_time);
	if (r < 0)
		return r;
	/* What is missing of the rest is not shown. */
	if (readlink("/proc/self/cwd", process.directory, sizeof(process.directory) - 1) < 0)
		process.directory[0] = '\0';
	(void)snprintf(path, sizeof(path), "/proc/%u/cmdline", (unsigned int)process.parent_pid);
	if (process.parent_pid != 0 && read_command(path, process.parent, sizeof(process.parent),
					       &process.parent_len, &process.parent_cut) < 0)
		process.parent_pid = 0;
	*ret = process;
	return 0;
}
