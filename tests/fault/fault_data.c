/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Stands before glibc's functions on open files. */
#include <stdatomic.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/uio.h>
#include <time.h>

#include "tests/fault/fault_files.h"

#define FDS 65536

enum whose {
	UNKNOWN,
	OURS,
	OTHERS
};

static _Atomic unsigned char whose[FDS];

bool fault_fd(int fd)
{
	char buffer[4096];

	if (fd < 0 || fd >= FDS)
		return false;
	if (whose[fd] == UNKNOWN)
		whose[fd] = fault_path(fd, "", buffer) ? OURS : OTHERS;
	return whose[fd] == OURS;
}

void fault_fd_forget(int fd)
{
	if (fd >= 0 && fd < FDS)
		whose[fd] = UNKNOWN;
}

static void record(enum fault_record kind, int fd, uint64_t number, const void *data, size_t len)
{
	if (fault_tracing())
		fault_trace(
			kind, fault_inode(fd, "", AT_EMPTY_PATH), number, NULL, NULL, data, len);
}

/* --- reading ------------------------------------------------------------------------------ */

static ssize_t read_with(long number, int fd, void *buffer, size_t len, off_t offset)
{
	if (fault_fd(fd)) {
		struct fault_call call = fault_enter(FAULT_READ);

		if (fault_fails(&call))
			return -1;
	}
	return syscall(number, fd, buffer, len, offset);
}

EXPORT ssize_t read(int fd, void *buffer, size_t len)
{
	return read_with(SYS_read, fd, buffer, len, 0);
}

EXPORT ssize_t pread(int fd, void *buffer, size_t len, off_t offset)
{
	return read_with(SYS_pread64, fd, buffer, len, offset);
}

ALSO(pread) ssize_t pread64(int fd, void *buffer, size_t len, off_t offset);

ssize_t __read_chk(int fd, void *buffer, size_t len, size_t room);
EXPORT ssize_t __read_chk(int fd, void *buffer, size_t len, size_t room)
{
	return len <= room ? read(fd, buffer, len) : -1;
}

ssize_t __pread_chk(int fd, void *buffer, size_t len, off_t offset, size_t room);
EXPORT ssize_t __pread_chk(int fd, void *buffer, size_t len, off_t offset, size_t room)
{
	return len <= room ? pread(fd, buffer, len, offset) : -1;
}

ALSO(__pread_chk)
ssize_t __pread64_chk(int fd, void *buffer, size_t len, off_t offset, size_t room);

static bool looks(int fd, enum fault_kind kind)
{
	struct fault_call call = { 0 };

	if (fault_fd(fd))
		call = fault_enter(kind);
	return fault_fails(&call);
}

EXPORT int fstat(int fd, struct stat *st)
{
	return looks(fd, FAULT_LOOK) ? -1 : (int)syscall(SYS_fstat, fd, st);
}

ALSO(fstat) int fstat64(int fd, struct stat64 *st);

EXPORT int flock(int fd, int how)
{
	return looks(fd, FAULT_LOCK) ? -1 : (int)syscall(SYS_flock, fd, how);
}

EXPORT void *mmap(void *at, size_t len, int prot, int flags, int fd, off_t offset)
{
	if (fd >= 0 && fault_fd(fd)) {
		struct fault_call call = fault_enter(FAULT_MAP);

		if (fault_fails(&call))
			return MAP_FAILED;
		if ((flags & MAP_SHARED) && (prot & PROT_WRITE)) {
			fault_trace_lock();
			record(FAULT_RECORD_MAP, fd, 0, NULL, 0);
			fault_trace_unlock();
		}
	}
	/* NOLINTNEXTLINE(performance-no-int-to-ptr): it is one */
	return (void *)syscall(SYS_mmap, at, len, prot, flags, fd, offset);
}

ALSO(mmap) void *mmap64(void *at, size_t len, int prot, int flags, int fd, off_t offset);

/* --- writing ------------------------------------------------------------------------------ */

static ssize_t write_with(int fd, const void *data, size_t len, off_t offset)
{
	if (offset >= 0)
		return syscall(SYS_pwrite64, fd, data, len, offset);
	return syscall(SYS_write, fd, data, len);
}

/* offset -1: where the file is.  Nobody appends to a file of ours by O_APPEND. */
static ssize_t write_to(int fd, const void *data, size_t len, off_t offset)
{
	struct fault_call call;
	ssize_t n = -1;
	off_t at;

	if (!fault_fd(fd))
		return write_with(fd, data, len, offset);
	fault_hold(fd);
	fault_trace_lock();
	at = offset >= 0 ? offset : (off_t)syscall(SYS_lseek, fd, 0, SEEK_CUR);
	call = fault_enter(FAULT_WRITE);
	if (!fault_fails(&call))
		n = write_with(fd, data, call.half ? len / 2 : len, offset);
	if (n > 0)
		record(FAULT_RECORD_WRITE, fd, (uint64_t)at, data, (size_t)n);
	fault_leave(&call);
	fault_trace_unlock();
	return n;
}

EXPORT ssize_t write(int fd, const void *data, size_t len)
{
	return write_to(fd, data, len, -1);
}

EXPORT ssize_t pwrite(int fd, const void *data, size_t len, off_t offset)
{
	return write_to(fd, data, len, offset);
}

ALSO(pwrite) ssize_t pwrite64(int fd, const void *data, size_t len, off_t offset);

/* One part at a time: a write may be short. */
static ssize_t write_first(int fd, const struct iovec *parts, int n, off_t offset)
{
	for (int i = 0; i < n; i++)
		if (parts[i].iov_len > 0)
			return write_to(fd, parts[i].iov_base, parts[i].iov_len, offset);
	return 0;
}

EXPORT ssize_t writev(int fd, const struct iovec *parts, int n)
{
	return fault_fd(fd) ? write_first(fd, parts, n, -1) : syscall(SYS_writev, fd, parts, n);
}

EXPORT ssize_t pwritev(int fd, const struct iovec *parts, int n, off_t offset)
{
	return fault_fd(fd) ? write_first(fd, parts, n, offset)
			    : syscall(SYS_pwritev, fd, parts, n, offset, 0);
}

ALSO(pwritev) ssize_t pwritev64(int fd, const struct iovec *parts, int n, off_t offset);

/* What leaves a file with that length. */
static int resize(int fd, enum fault_kind kind, long number, int mode, off_t offset, off_t len)
{
	struct fault_call call;
	struct stat st;
	int r = -1;

	fault_trace_lock();
	call = fault_enter(kind);
	if (!fault_fails(&call))
		r = number == SYS_ftruncate ? (int)syscall(number, fd, len)
					    : (int)syscall(number, fd, mode, offset, len);
	if (r == 0 && syscall(SYS_fstat, fd, &st) == 0)
		record(FAULT_RECORD_TRUNCATE, fd, (uint64_t)st.st_size, NULL, 0);
	fault_leave(&call);
	fault_trace_unlock();
	return r;
}

EXPORT int ftruncate(int fd, off_t len)
{
	return fault_fd(fd) ? resize(fd, FAULT_TRUNCATE, SYS_ftruncate, 0, 0, len)
			    : (int)syscall(SYS_ftruncate, fd, len);
}

ALSO(ftruncate) int ftruncate64(int fd, off_t len);

/* No hole is punched and nothing is collapsed: only the length can change. */
EXPORT int fallocate(int fd, int mode, off_t offset, off_t len)
{
	return fault_fd(fd) ? resize(fd, FAULT_SPACE, SYS_fallocate, mode, offset, len)
			    : (int)syscall(SYS_fallocate, fd, mode, offset, len);
}

ALSO(fallocate) int fallocate64(int fd, int mode, off_t offset, off_t len);

EXPORT int posix_fallocate(int fd, off_t offset, off_t len)
{
	int saved = errno, r = fallocate(fd, 0, offset, len) < 0 ? errno : 0;

	errno = saved;
	return r;
}

ALSO(posix_fallocate) int posix_fallocate64(int fd, off_t offset, off_t len);

static int change_mode(int fd, long number, unsigned int first, unsigned int second)
{
	struct fault_call call = { 0 };
	int r = -1;

	if (fault_fd(fd))
		call = fault_enter(FAULT_MODE);
	if (!fault_fails(&call))
		r = (int)syscall(number, fd, first, second);
	fault_leave(&call);
	return r;
}

EXPORT int fchmod(int fd, mode_t mode)
{
	return change_mode(fd, SYS_fchmod, mode, 0);
}

EXPORT int fchown(int fd, uid_t uid, gid_t gid)
{
	return change_mode(fd, SYS_fchown, uid, gid);
}

/* --- syncing ------------------------------------------------------------------------------ */

static void wait_for_disk(void)
{
	uint64_t delay = fault_sync_delay();
	const struct timespec time = { (time_t)(delay / 1000000), (long)(delay % 1000000) * 1000 };

	if (delay > 0)
		(void)syscall(SYS_nanosleep, &time, NULL);
}

/* What was written before it began is safe when it has ended.  Others go on writing meanwhile. */
static int sync_with(int fd, long number)
{
	struct fault_call call;
	int r = -1;

	if (!fault_fd(fd))
		return (int)syscall(number, fd);
	fault_trace_lock();
	call = fault_enter(FAULT_SYNC);
	record(FAULT_RECORD_SYNC, fd, call.sync, NULL, 0);
	fault_trace_unlock();
	wait_for_disk();
	if (!fault_fails(&call))
		r = (int)syscall(number, fd);
	fault_trace_lock();
	record(r == 0 ? FAULT_RECORD_SYNCED : FAULT_RECORD_LOST, fd, call.sync, NULL, 0);
	fault_leave(&call);
	fault_trace_unlock();
	return r;
}

EXPORT int fsync(int fd)
{
	return sync_with(fd, SYS_fsync);
}

EXPORT int fdatasync(int fd)
{
	return sync_with(fd, SYS_fdatasync);
}

/* Promises nothing that a power cut could test. */
EXPORT int sync_file_range(int fd, off_t offset, off_t len, unsigned int flags)
{
	return looks(fd, FAULT_SYNC) ? -1
				     : (int)syscall(SYS_sync_file_range, fd, offset, len, flags);
}
