/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the functions that stand before glibc's share. */
#pragma once

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "tests/fault/fault.h"

#define EXPORT __attribute__((visibility("default")))
/* The same under its 64-bit name: off_t has 64 bits here. */
#define ALSO(name) __attribute__((visibility("default"), alias(#name)))

/* Whether the file of that descriptor is below FAULT_DIR. */
bool fault_fd(int fd);
/* A descriptor that is closed, or that another file gets. */
void fault_fd_forget(int fd);

/* The number of the inode, 0: there is none. */
static inline uint64_t fault_inode(int dir, const char *path, int flags)
{
	struct stat st;
	int saved = errno;
	uint64_t inode = syscall(SYS_newfstatat, dir, path, &st, flags) == 0 ? st.st_ino : 0;

	errno = saved;
	return inode;
}

/* Fails as call says.  False: it does not. */
static inline bool fault_fails(const struct fault_call *call)
{
	if (call->error == 0)
		return false;
	errno = call->error;
	return true;
}
