/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A secret in a sealed memfd. */
#include "common/sealed_secret.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "common/cleanup.h"

/* Newer than glibc 2.36. */
#ifndef MFD_NOEXEC_SEAL
#define MFD_NOEXEC_SEAL 0x0008U
#endif

/* With vm.memfd_noexec=2 the kernel makes no other than those that cannot be executed. */
static int create(const char *name)
{
	const unsigned int flags = MFD_CLOEXEC | MFD_ALLOW_SEALING;
	int fd = memfd_create(name, flags | MFD_NOEXEC_SEAL);

	return fd < 0 && errno == EINVAL ? memfd_create(name, flags) : fd;
}

int sealed_secret_new(const char *name, const char *secret, size_t size)
{
	cleanup_close int fd = create(name);
	ssize_t n;

	if (fd < 0)
		return -errno;
	/* pwrite() leaves the offset, which the receiver shares, at 0. */
	n = pwrite(fd, secret, size, 0);
	if (n < 0)
		return -errno;
	if ((size_t)n != size)
		return -ENOSPC;
	if (fcntl(fd, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE | F_SEAL_SEAL) < 0)
		return -errno;
	return take_fd(&fd);
}
