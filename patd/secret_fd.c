#include "patd/secret_fd.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

int secret_fd_new(const char secret[static PAT_TOKEN_LEN], int *ret_fd)
{
	int fd = memfd_create("patd-secret", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	int r;

	if (fd < 0)
		return -errno;
	errno = ENOSPC; /* for a short write, which sets none */
	/* pwrite() leaves the offset, which the receiver shares, at 0. */
	if (pwrite(fd, secret, PAT_TOKEN_LEN, 0) != PAT_TOKEN_LEN ||
		fcntl(fd, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE | F_SEAL_SEAL) <
			0) {
		r = -errno;
		close(fd);
		return r;
	}
	*ret_fd = fd;
	return 0;
}
