#include "patd/secret_fd.h"

#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <string.h>
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

const char *secret_fd_read(int fd, char ret_secret[static PAT_TOKEN_LEN + 1])
{
	const int needed = F_SEAL_WRITE | F_SEAL_SHRINK;
	int seals = fcntl(fd, F_GET_SEALS);
	char *text;
	ssize_t n;

	if (seals < 0 || (seals & needed) != needed)
		return "the secret is no memfd that is sealed against writing and shrinking";
	text = sodium_malloc(PAT_TOKEN_LEN + 2);
	if (!text)
		return "out of memory";
	n = pread(fd, text, PAT_TOKEN_LEN + 2, 0);
	if (n == PAT_TOKEN_LEN + 1 && text[PAT_TOKEN_LEN] == '\n')
		n = PAT_TOKEN_LEN;
	if (n == PAT_TOKEN_LEN) {
		memcpy(ret_secret, text, PAT_TOKEN_LEN);
		ret_secret[PAT_TOKEN_LEN] = '\0';
	}
	sodium_free(text);
	return n == PAT_TOKEN_LEN
		       ? NULL
		       : "that is no token: tokens begin with pat_ and have 64 characters";
}
