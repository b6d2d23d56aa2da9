/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What patd and patd-bus do alike as processes, from their options to their exit. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <systemd/sd-event.h>

/* A long option, and where it is to be kept: one of the three, according to what it takes. */
struct process_option {
	const char *name;
	const char **ret_text; /* a text, of argv */
	int *ret_fd;           /* the number of an open descriptor */
	bool *ret_given;       /* nothing */
};

#define PROCESS_OPTIONS_MAX 12U

/*
 * Reads the command line; --help and --version are known beside the n options.  0: go on.  1:
 * --help or --version has been served.  -EINVAL: it is wrong, and standard error says how.
 */
int process_read_options(const char *program, const char *help,
	const struct process_option *options, size_t n, int argc, char **argv);

/*
 * No core and no debugger of the same user, as many descriptors as there may be, and files for
 * patd's user alone.  A negative errno, if it is not so.
 */
int process_harden(void);

/* A loop that SIGTERM and SIGINT end, and that feeds systemd's watchdog.  Before there are threads.
 */
int process_loop_new(sd_event **ret_event);

/* Tells systemd that it serves, and *ready_fd, which is closed and -1 from then on; -1: nobody. */
void process_ready(int *ready_fd);

/* Runs the loop until it is ended.  A negative errno, which is logged, if something has failed. */
int process_loop_run(sd_event *event);
