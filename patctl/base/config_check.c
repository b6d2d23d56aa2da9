/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Running patd --print-config. */
#include "patctl/base/config_check.h"

#include <errno.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "patctl/base/program.h"
#include "patctl/base/text.h"

#define PATD PAT_LIBEXEC_DIR "/patd"
#define LIMIT_MS 5000 /* a verifier account may be one of a directory that does not answer */

const char *config_dir(void)
{
	/* Not for a program that has more rights. */
	const char *folder = secure_getenv("PATD_CONFIG_DIR");

	return folder && *folder != '\0' ? folder : PAT_CONF_DIR;
}

/* Files that root may read and patd may not are a problem, too. */
static bool find_patd(struct program_as *ret)
{
	const struct passwd *patd = geteuid() == 0 ? getpwnam("patd") : NULL;

	if (!patd)
		return false;
	*ret = (struct program_as) { .uid = patd->pw_uid, .gid = patd->pw_gid, .input = -1 };
	return true;
}

/* The lines of text, without "patd: " before them, and without the last one, which counts them. */
static char **split(char *text)
{
	static const char prefix[] = "patd: ", count[] = "problems in the configuration in ";
	char **lines = must_alloc(calloc(1, sizeof(*lines))), *rest = text, *line;
	size_t n = 0;

	while ((line = strsep(&rest, "\n"))) {
		if (strncmp(line, prefix, sizeof(prefix) - 1) == 0)
			line += sizeof(prefix) - 1;
		if (*line != '\0' && strncmp(line, count, sizeof(count) - 1) != 0)
			names_add(&lines, &n, line);
	}
	return lines;
}

int config_check(bool *ret_good, char ***ret_lines)
{
	cleanup_text char *folder = text_format("--config-dir=%s", config_dir()), *output = NULL;
	const char *const argv[] = { PATD, "--print-config", folder, NULL };
	struct program_as patd;
	int r;

	/* Else what is reported is that no program could be run as patd. */
	if (access(PATD, X_OK) < 0)
		return -errno;
	r = program_read(argv, find_patd(&patd) ? &patd : NULL, LIMIT_MS, &output);
	if (r < 0)
		return r;
	*ret_good = r == 0;
	*ret_lines = split(output);
	return 0;
}
