/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The options of patd-bus. */
#pragma once

struct front_options {
	const char *bus;         /* a D-Bus address list */
	const char *runtime_dir; /* where front.sock of patd is, and user.sock shall be */
	int ready_fd;            /* -1: none */
};

/* 0: serve; 1: the option has been done; or a negative errno, and what is wrong was printed. */
int front_options_read(int argc, char **argv, struct front_options *ret_options);
