/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The options of pam_pat.so in a line of a PAM configuration; see pam_pat(8). */
#pragma once

#include <security/pam_modules.h>
#include <stdbool.h>
#include <stdint.h>

#define OPTIONS_TIMEOUT_DEFAULT 3000U /* milliseconds, as all times here */
#define OPTIONS_TIMEOUT_MAX 60000U
#define OPTIONS_NOTICE_DEFAULT (7 * UINT64_C(86400)) /* seconds */

struct options {
	const char *prompt; /* NULL: the one of libpam */
	const char *socket; /* an absolute path; NULL: patd's own */
	unsigned int timeout;
	uint64_t notice; /* seconds before its expiry a token announces it; 0: never */
	bool debug;
	bool nodelay;
	bool quiet; /* no messages */
};

/*
 * 0, or -EINVAL if the value of an option is invalid.  An unknown option is logged and otherwise
 * ignored.  The strings in *ret_options belong to argv.
 */
int options_parse(pam_handle_t *pamh, int argc, const char **argv, struct options *ret_options);
