/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The options of pam_pat.so in a line of a PAM configuration; see pam_pat(8). */
#pragma once

#include <security/pam_modules.h>
#include <stdbool.h>

#define OPTIONS_TIMEOUT_DEFAULT 3000U /* milliseconds, as all times here */
#define OPTIONS_TIMEOUT_MAX 60000U

struct options {
	const char *prompt; /* NULL: the one of libpam */
	const char *socket; /* an absolute path; NULL: patd's own */
	unsigned int timeout;
	bool debug;
	bool nodelay;
};

/*
 * 0, or -EINVAL if the value of an option is invalid.  An unknown option is logged and otherwise
 * ignored.  The strings in *ret_options belong to argv.
 */
int options_parse(pam_handle_t *pamh, int argc, const char **argv, struct options *ret_options);
