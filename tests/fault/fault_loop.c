/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Stands before what a loop waits in, and counts its turns. */
#include <signal.h>
#include <sys/epoll.h>
#include <time.h>

#include "tests/fault/fault_files.h"

EXPORT int epoll_wait(int fd, struct epoll_event *events, int room, int timeout_ms)
{
	fault_turn();
	return (int)syscall(SYS_epoll_pwait, fd, events, room, timeout_ms, NULL, _NSIG / 8);
}

EXPORT int epoll_pwait2(int fd, struct epoll_event *events, int room,
	const struct timespec *timeout, const sigset_t *mask)
{
	fault_turn();
	return (int)syscall(SYS_epoll_pwait2, fd, events, room, timeout, mask, _NSIG / 8);
}
