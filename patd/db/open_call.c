/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What SQLite calls in place of open(). */
#include "patd/db/open_call.h"

#include <errno.h>
#include <fcntl.h>
#include <sqlite3.h>
#include <stdbool.h>
#include <stddef.h>

#include "patd/db/database.h"

/* The call of this thread that has just failed: SQLite's next one may be about the same text. */
static _Thread_local struct {
	const char *path;
	int error;
} failed;

static int open_once(const char *path, int flags, int mode)
{
	const bool again = failed.path == path && (flags & O_ACCMODE) == O_RDONLY;
	int fd;

	failed.path = NULL;
	if (again) {
		errno = failed.error;
		return -1;
	}
	fd = open(path, flags, mode);
	/* After these two it need not try again. */
	if (fd < 0 && (flags & O_ACCMODE) == O_RDWR && errno != EISDIR && errno != EACCES) {
		failed.path = path;
		failed.error = errno;
	}
	return fd;
}

int open_call_set_up(void)
{
	sqlite3_vfs *vfs = sqlite3_vfs_find(DATABASE_VFS);

	if (!vfs || vfs->iVersion < 3 || !vfs->xSetSystemCall ||
		vfs->xSetSystemCall(vfs, "open", (sqlite3_syscall_ptr)open_once) != SQLITE_OK)
		return -EIO;
	return 0;
}
