/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Stands before glibc's functions that name files, open them and close them. */
#include <dirent.h>
#include <dlfcn.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/socket.h>

#include "tests/fault/fault_files.h"

/* --- opening and closing ------------------------------------------------------------------ */

static int open_here(int dir, const char *path, int flags, mode_t mode, const char *name)
{
	const bool makes = (flags & O_CREAT) || (flags & O_TMPFILE) == O_TMPFILE;
	struct fault_call call;
	bool was_there = true;
	int fd = -1;

	fault_trace_lock();
	if (makes)
		was_there = (flags & O_TMPFILE) != O_TMPFILE && fault_inode(dir, path, 0) != 0;
	call = fault_enter(was_there ? FAULT_OPEN : FAULT_CREATE);
	if (!fault_fails(&call))
		fd = (int)syscall(SYS_openat, dir, path, flags, mode);
	fault_fd_forget(fd);
	if (fd >= 0 && fault_tracing()) {
		uint64_t file = fault_inode(fd, "", AT_EMPTY_PATH);

		if (!was_there && (flags & O_TMPFILE) != O_TMPFILE)
			fault_trace(FAULT_RECORD_CREATE, file, 0, name, NULL, NULL, 0);
		if (flags & O_TRUNC)
			fault_trace(FAULT_RECORD_TRUNCATE, file, 0, NULL, NULL, NULL, 0);
	}
	fault_leave(&call);
	fault_trace_unlock();
	return fd;
}

EXPORT int openat(int dir, const char *path, int flags, ...)
{
	char buffer[4096];
	const char *name = fault_path(dir, path, buffer);
	mode_t mode = 0;
	va_list args;
	int fd;

	if ((flags & O_CREAT) || (flags & O_TMPFILE) == O_TMPFILE) {
		va_start(args, flags);
		mode = va_arg(args, mode_t);
		va_end(args);
	}
	if (name)
		return open_here(dir, path, flags, mode, name);
	fd = (int)syscall(SYS_openat, dir, path, flags, mode);
	fault_fd_forget(fd);
	return fd;
}

ALSO(openat) int openat64(int dir, const char *path, int flags, ...);

EXPORT int open(const char *path, int flags, ...)
{
	mode_t mode = 0;
	va_list args;

	if ((flags & O_CREAT) || (flags & O_TMPFILE) == O_TMPFILE) {
		va_start(args, flags);
		mode = va_arg(args, mode_t);
		va_end(args);
	}
	return openat(AT_FDCWD, path, flags, mode);
}

ALSO(open) int open64(const char *path, int flags, ...);

int __open_2(const char *path, int flags);
EXPORT int __open_2(const char *path, int flags)
{
	return openat(AT_FDCWD, path, flags, 0);
}

ALSO(__open_2) int __open64_2(const char *path, int flags);

int __openat_2(int dir, const char *path, int flags);
EXPORT int __openat_2(int dir, const char *path, int flags)
{
	return openat(dir, path, flags, 0);
}

ALSO(__openat_2) int __openat64_2(int dir, const char *path, int flags);

EXPORT int creat(const char *path, mode_t mode)
{
	return openat(AT_FDCWD, path, O_WRONLY | O_CREAT | O_TRUNC, mode);
}

ALSO(creat) int creat64(const char *path, mode_t mode);

EXPORT int close(int fd)
{
	fault_fd_forget(fd);
	return (int)syscall(SYS_close, fd);
}

EXPORT int dup2(int old, int new)
{
	return old == new ? (fcntl(old, F_GETFD) < 0 ? -1 : new) : dup3(old, new, 0);
}

EXPORT int dup3(int old, int new, int flags)
{
	fault_fd_forget(new);
	return (int)syscall(SYS_dup3, old, new, flags);
}

/* Descriptors that glibc itself closes may have been ours: those that come after them are not. */
EXPORT int socket(int domain, int type, int protocol)
{
	int fd = (int)syscall(SYS_socket, domain, type, protocol);

	fault_fd_forget(fd);
	return fd;
}

EXPORT int accept4(int listener, struct sockaddr *address, socklen_t *len, int flags)
{
	int fd = (int)syscall(SYS_accept4, listener, address, len, flags);

	fault_fd_forget(fd);
	return fd;
}

/* --- looking ------------------------------------------------------------------------------ */

/* Whether a look at that file is to fail. */
static bool looks(int dir, const char *path)
{
	char buffer[4096];
	struct fault_call call = { 0 };

	if (fault_path(dir, path, buffer))
		call = fault_enter(FAULT_LOOK);
	return fault_fails(&call);
}

EXPORT int fstatat(int dir, const char *restrict path, struct stat *restrict st, int flags)
{
	return looks(dir, path) ? -1 : (int)syscall(SYS_newfstatat, dir, path, st, flags);
}

ALSO(fstatat)
int fstatat64(int dir, const char *restrict path, struct stat64 *restrict st, int flags);

EXPORT int stat(const char *restrict path, struct stat *restrict st)
{
	return fstatat(AT_FDCWD, path, st, 0);
}

ALSO(stat) int stat64(const char *restrict path, struct stat64 *restrict st);

EXPORT int lstat(const char *restrict path, struct stat *restrict st)
{
	return fstatat(AT_FDCWD, path, st, AT_SYMLINK_NOFOLLOW);
}

ALSO(lstat) int lstat64(const char *restrict path, struct stat64 *restrict st);

/* Not glibc's for AT_EACCESS: the ids are the same in patd. */
EXPORT int faccessat(int dir, const char *path, int mode, int flags)
{
	return looks(dir, path) ? -1 : (int)syscall(SYS_faccessat2, dir, path, mode, flags);
}

EXPORT int access(const char *path, int mode)
{
	return faccessat(AT_FDCWD, path, mode, 0);
}

/* --- naming ------------------------------------------------------------------------------- */

EXPORT int mkdirat(int dir, const char *path, mode_t mode)
{
	char buffer[4096];
	const char *name = fault_path(dir, path, buffer);
	struct fault_call call;
	int r = -1;

	if (!name)
		return (int)syscall(SYS_mkdirat, dir, path, mode);
	fault_trace_lock();
	call = fault_enter(FAULT_NAME);
	if (!fault_fails(&call))
		r = (int)syscall(SYS_mkdirat, dir, path, mode);
	if (r == 0)
		fault_trace(FAULT_RECORD_MKDIR, fault_inode(dir, path, 0), 0, name, NULL, NULL, 0);
	fault_leave(&call);
	fault_trace_unlock();
	return r;
}

EXPORT int mkdir(const char *path, mode_t mode)
{
	return mkdirat(AT_FDCWD, path, mode);
}

EXPORT int unlinkat(int dir, const char *path, int flags)
{
	char buffer[4096];
	const char *name = fault_path(dir, path, buffer);
	struct fault_call call;
	int r = -1;

	if (!name)
		return (int)syscall(SYS_unlinkat, dir, path, flags);
	fault_trace_lock();
	call = fault_enter(FAULT_UNLINK);
	if (!fault_fails(&call))
		r = (int)syscall(SYS_unlinkat, dir, path, flags);
	if (r == 0)
		fault_trace(FAULT_RECORD_UNLINK, 0, 0, name, NULL, NULL, 0);
	fault_leave(&call);
	fault_trace_unlock();
	return r;
}

EXPORT int unlink(const char *path)
{
	return unlinkat(AT_FDCWD, path, 0);
}

EXPORT int rmdir(const char *path)
{
	return unlinkat(AT_FDCWD, path, AT_REMOVEDIR);
}

/* Both names are below FAULT_DIR, or neither. */
EXPORT int renameat2(int dir, const char *path, int to_dir, const char *to, unsigned int flags)
{
	char buffer[4096], to_buffer[4096];
	const char *name = fault_path(dir, path, buffer);
	const char *to_name = fault_path(to_dir, to, to_buffer);
	struct fault_call call;
	int r = -1;

	if (!name || !to_name)
		return (int)syscall(SYS_renameat2, dir, path, to_dir, to, flags);
	fault_trace_lock();
	call = fault_enter(FAULT_NAME);
	if (!fault_fails(&call))
		r = (int)syscall(SYS_renameat2, dir, path, to_dir, to, flags);
	if (r == 0)
		fault_trace(FAULT_RECORD_RENAME, 0, flags, name, to_name, NULL, 0);
	fault_leave(&call);
	fault_trace_unlock();
	return r;
}

EXPORT int renameat(int dir, const char *path, int to_dir, const char *to)
{
	return renameat2(dir, path, to_dir, to, 0);
}

EXPORT int rename(const char *path, const char *to)
{
	return renameat2(AT_FDCWD, path, AT_FDCWD, to, 0);
}

EXPORT int linkat(int dir, const char *path, int to_dir, const char *to, int flags)
{
	char buffer[4096];
	const char *name = fault_path(to_dir, to, buffer);
	struct fault_call call;
	int r = -1;

	if (!name)
		return (int)syscall(SYS_linkat, dir, path, to_dir, to, flags);
	fault_trace_lock();
	call = fault_enter(FAULT_NAME);
	if (!fault_fails(&call))
		r = (int)syscall(SYS_linkat, dir, path, to_dir, to, flags);
	if (r == 0)
		fault_trace(FAULT_RECORD_LINK, fault_inode(to_dir, to, 0), 0, name, NULL, NULL, 0);
	fault_leave(&call);
	fault_trace_unlock();
	return r;
}

EXPORT int link(const char *path, const char *to)
{
	return linkat(AT_FDCWD, path, AT_FDCWD, to, 0);
}

/* --- what closes a descriptor unseen ------------------------------------------------------- */

EXPORT int closedir(DIR *folder)
{
	static int (*next)(DIR *);

	if (!next)
		*(void **)&next = dlsym(RTLD_NEXT, "closedir");
	fault_fd_forget(dirfd(folder));
	return next(folder);
}

EXPORT int fclose(FILE *stream)
{
	static int (*next)(FILE *);

	if (!next)
		*(void **)&next = dlsym(RTLD_NEXT, "fclose");
	fault_fd_forget(fileno(stream));
	return next(stream);
}
