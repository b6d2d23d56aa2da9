/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The trace of a fault: what was written and what was synced, in order. */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include "tests/fault/fault.h"

static int trace_fd = -1;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

__attribute__((constructor)) static void begin(void)
{
	const char *path = getenv("FAULT_TRACE");
	const int flags = O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC;
	long low;

	if (!path)
		return;
	low = syscall(SYS_openat, AT_FDCWD, path, flags, 0600);
	/* High: out of the way of descriptors that patd is passed. */
	trace_fd = low < 0 ? -1 : (int)syscall(SYS_fcntl, low, F_DUPFD_CLOEXEC, 500);
	if (trace_fd < 0)
		_exit(127);
	(void)syscall(SYS_close, low);
}

bool fault_tracing(void)
{
	return trace_fd >= 0;
}

void fault_trace_lock(void)
{
	if (fault_tracing())
		(void)pthread_mutex_lock(&lock);
}

void fault_trace_unlock(void)
{
	if (fault_tracing())
		(void)pthread_mutex_unlock(&lock);
}

static struct iovec part(const void *bytes, size_t len)
{
	/* writev() only reads it. */
	return (struct iovec) { .iov_base = (void *)(uintptr_t)bytes, .iov_len = len };
}

void fault_trace(enum fault_record record, uint64_t file, uint64_t number, const char *path,
	const char *to, const void *data, size_t data_len)
{
	struct fault_trace_head head = {
		.magic = FAULT_TRACE_MAGIC,
		.record = record,
		.file = file,
		.number = number,
		.path_len = path ? (uint32_t)strlen(path) : 0,
		.to_len = to ? (uint32_t)strlen(to) : 0,
		.data_len = data_len,
	};
	const struct iovec parts[] = {
		part(&head, sizeof(head)),
		part(path, head.path_len),
		part(to, head.to_len),
		part(data, data_len),
	};
	int saved = errno;
	size_t all = sizeof(head) + head.path_len + head.to_len + data_len;

	if (fault_tracing() && syscall(SYS_writev, trace_fd, parts, 4) != (long)all)
		_exit(127); /* a trace with a hole is worse than none */
	errno = saved;
}
