/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The options of the module's line. */
#pragma once

#include <security/pam_modules.h>
#include <stdbool.h>

#include "common/module_option.h"

/*
 * 0, or -EINVAL if the value of an option is invalid.  An unknown option is logged and otherwise
 * ignored.  The strings in *ret_options belong to argv.
 */
int options_parse(pam_handle_t *pamh, int argc, const char **argv, struct pat_options *ret_options);

/* Whether the person is shown nothing.  flags: of libpam's call. */
bool options_are_silent(const struct pat_options *options, int flags);
