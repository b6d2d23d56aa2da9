/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Room on the disk that is kept for a revoke. */
#include "patd/db/reserve.h"

#include <fcntl.h>
#include <unistd.h>

#include "patd/util/log.h"

#define RESERVE_FILE "reserve"
#define RESERVE_BYTES ((off_t)256 * 1024) /* a change of life writes a few pages of 4 KiB */

void reserve_make(int state_fd)
{
	int fd;

	if (faccessat(state_fd, RESERVE_FILE, F_OK, 0) == 0)
		return;
	fd = openat(state_fd, RESERVE_FILE, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd < 0)
		return;
	if (posix_fallocate(fd, 0, RESERVE_BYTES) != 0)
		(void)unlinkat(state_fd, RESERVE_FILE, 0);
	(void)close(fd);
}

bool reserve_spend(int state_fd)
{
	if (unlinkat(state_fd, RESERVE_FILE, 0) < 0)
		return false;
	log_warning("the disk is full; took the room that is kept for revoking");
	return true;
}
