/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Parsing the options of the module. */
#include "pam_pat/module_options.h"

#include <errno.h>
#include <syslog.h>

#include "pam_pat/pam_log.h"

int options_parse(pam_handle_t *pamh, int argc, const char **argv, struct pat_options *ret_options)
{
	struct pat_options options = PAT_OPTIONS_DEFAULT;

	for (int i = 0; i < argc; i++) {
		const enum pat_option result = pat_option_parse(&options, argv[i]);

		if (result == PAT_OPTION_UNKNOWN)
			log_message(pamh, LOG_ERR, "unknown option: %s", argv[i]);
		if (result == PAT_OPTION_INVALID) {
			log_message(pamh, LOG_ERR, "bad value: %s", argv[i]);
			return -EINVAL;
		}
	}
	*ret_options = options;
	return 0;
}

bool options_are_silent(const struct pat_options *options, int flags)
{
	return options->quiet || ((unsigned int)flags & PAM_SILENT) != 0;
}
