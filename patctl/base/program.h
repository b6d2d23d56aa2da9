/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Running another program and waiting for its end. */
#ifndef PATCTL_BASE_PROGRAM_H
#define PATCTL_BASE_PROGRAM_H

#include <stdbool.h>
#include <sys/types.h>

/* Whose rights it gets instead of ours, and what it reads. */
struct program_as {
	uid_t uid;
	gid_t gid;
	int input;  /* its standard input, from the beginning of the file; -1: /dev/null */
	bool quiet; /* nobody reads its standard output */
};

/*
 * Runs argv[0], found in PATH if it has no slash, with our standard error, and for standard
 * output that too, if anybody reads it.  as NULL: as we are.  Whether it ended with status 0; if it
 * could not be run, that has been said.
 */
bool program_run(const char *const argv[], const struct program_as *as);

#endif
