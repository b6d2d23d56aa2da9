/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The options of pam_pat.so in a line of a PAM configuration, see pam_pat(8): for the module, and
 * for `patctl doctor`.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#define PAT_TIMEOUT_MAX 60000U /* milliseconds, as all times here */
#define PAT_TIMEOUT_DEFAULT 3000U

struct pat_options {
	const char *prompt; /* NULL: the one of libpam */
	const char *socket; /* an absolute path; NULL: patd's own */
	unsigned int timeout;
	uint64_t notice; /* seconds before its expiry a token announces it; 0: never */
	bool debug;
	bool nodelay;
	bool quiet; /* no messages */
};

#define PAT_OPTIONS_DEFAULT                                                                        \
	((struct pat_options) { .timeout = PAT_TIMEOUT_DEFAULT, .notice = 7 * UINT64_C(86400) })

enum pat_option {
	PAT_OPTION_SET,
	PAT_OPTION_UNKNOWN, /* nothing is changed */
	PAT_OPTION_INVALID  /* its value; nothing is changed */
};

/* The strings in *options belong to argument. */
enum pat_option pat_option_parse(struct pat_options *options, const char *argument);
