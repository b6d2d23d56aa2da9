/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* patd's command line. */
#pragma once

#include <stdbool.h>

struct options {
	const char *conf_dir;
	const char *state_dir;
	const char *runtime_dir;
	int ready_fd;      /* -1: none */
	bool check_config; /* and nothing else; and so the next three */
	bool print_config, print_key, new_key;
	/* The file, "-" for standard input, and nothing else; NULL: not given */
	const char *verify_backup, *restore_backup;
};

/*
 * Reads the command line, whose strings it keeps.  0: go on.  1: --help or --version has been
 * served.  -EINVAL: it is wrong, and standard error says how.
 */
int options_read(int argc, char **argv, struct options *ret_options);
