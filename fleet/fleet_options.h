/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The options of patd-fleet. */
#pragma once

#include <stdbool.h>

struct fleet_options {
	const char *runtime_dir; /* where fleet.sock of patd is */
	int ready_fd;            /* -1: none */
	bool init_hub;
	const char *add_host; /* NULL: not given */
	bool issuer;
	const char *remove_host; /* NULL: not given */
};

/* 0: go on; 1: the option has been done; or a negative errno, and what is wrong was printed. */
int fleet_options_read(int argc, char **argv, struct fleet_options *ret_options);
