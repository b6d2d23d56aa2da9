/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Running another program and waiting for its end. */
#pragma once

#include <stdbool.h>
#include <sys/types.h>

/* The user that the program runs as, and its standard input. */
struct program_as {
	uid_t uid;
	gid_t gid;
	int input;  /* its standard input, from the beginning of the file; -1: /dev/null */
	bool quiet; /* nobody reads its standard output */
};

/*
 * Runs argv[0], found in PATH if it has no slash.  Its standard output goes to our standard error,
 * unless as is quiet.  as NULL: the program runs as the same user.  Whether it exited with status
 * 0; if it could not be run, the reason was printed.
 */
bool program_run(const char *const argv[], const struct program_as *as);

/*
 * Runs argv[0] likewise, with its standard output and error into *ret_output, a text that the
 * caller owns: 64 KiB at most, the rest is lost.  After limit milliseconds it is killed.  The exit
 * status; or a negative errno, -ETIMEDOUT for one that was killed, if there is none.
 */
int program_read(
	const char *const argv[], const struct program_as *as, int limit, char **ret_output);
