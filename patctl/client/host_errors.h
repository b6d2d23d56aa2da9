/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What ssh(1) writes to standard error, which may be the other machine's words: a process between
 * ssh and the terminal makes it safe, line by line.  ssh asks people on /dev/tty, not there.
 */
#pragma once

#include <sys/types.h>

struct host_errors {
	pid_t pid;  /* of that process; 0: there is none */
	int before; /* standard error, while the pipe takes its place; -1: it does not */
};

/*
 * From now on what the programs that are started write to standard error goes to the pipe.  0 or a
 * negative errno.
 */
int host_errors_begin(struct host_errors *ret);

/* Standard error is this process's own again. */
void host_errors_end(struct host_errors *errors);

/* Waits, but not for long, until all is written that those programs have said before they ended. */
void host_errors_finish(struct host_errors *errors);
