/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* patctl askpass: hands sudo(8) the token in a file. */
#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/cleanup.h"
#include "common/l10n.h"
#include "common/token_format.h"
#include "patctl/base/outcome.h"
#include "patctl/base/text.h"
#include "patctl/cli/verb.h"

#define FILE_MAX 256 /* bytes: a token with blanks around it */

/* The file of a name is in the user's configuration; what has a slash is a path. */
static char *path_of(const char *name)
{
	const char *configuration = getenv("XDG_CONFIG_HOME"), *home = getenv("HOME");

	if (strchr(name, '/'))
		return text_format("%s", name);
	if (configuration && *configuration == '/')
		return text_format("%s/patd/tokens/%s", configuration, name);
	return home && *home == '/' ? text_format("%s/.config/patd/tokens/%s", home, name) : NULL;
}

/* The descriptor of a file that nobody but its owner, who asks, can read; or -1. */
static int open_private(const char *path)
{
	cleanup_close int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	cleanup_text char *safe = text_safe(path);
	struct stat st;

	if (fd < 0 || fstat(fd, &st) < 0) {
		complain("%s: %s", safe, strerror(errno));
		return -1;
	}
	if (!S_ISREG(st.st_mode) || st.st_uid != geteuid()) {
		complain(_("%s is not a file of yours"), safe);
		return -1;
	}
	if ((st.st_mode & 077) != 0) {
		complain(_("others have access to %s: chmod 0600 %s; if they may have read it, "
			   "rotate the token"),
			safe, safe);
		return -1;
	}
	return take_fd(&fd);
}

static bool write_token(const char *token, size_t len)
{
	return fwrite(token, 1, len, stdout) == len && putchar('\n') != EOF && fflush(stdout) == 0;
}

/* Whether a token is in the file, and was handed over. */
static bool hand_over(int fd, const char *path)
{
	char text[FILE_MAX] = "";
	cleanup_text char *safe = text_safe(path);
	const ssize_t n = read(fd, text, sizeof(text) - 1);
	struct pat_found found;
	bool done = false;

	if (n < 0)
		complain("%s: %s", safe, strerror(errno));
	else if (!pat_token_find(text, &found))
		complain(_("there is no token in %s: patctl generate NAME --confirm --service=sudo "
			   "--out=%s"),
			safe, safe);
	else
		done = write_token(found.token, found.len);
	sodium_memzero(text, sizeof(text));
	return done;
}

static enum outcome run(const struct command *command)
{
	cleanup_text char *path = path_of(command->operands[0]);
	cleanup_close int fd = -1;

	if (isatty(STDOUT_FILENO)) {
		complain(
			_("the token is not shown on a terminal: set SUDO_ASKPASS to a script that "
			  "runs this, and use sudo -A"));
		return OUTCOME_USAGE;
	}
	if (!path) {
		complain(_("neither HOME nor XDG_CONFIG_HOME is set: give the path of the file"));
		return OUTCOME_FAILED;
	}
	/* A buffer of the library would keep the token. */
	(void)setvbuf(stdout, NULL, _IONBF, 0);
	fd = open_private(path);
	return fd >= 0 && hand_over(fd, path) ? OUTCOME_DONE : OUTCOME_FAILED;
}

const struct verb verb_askpass = { "askpass", "NAME|FILE [PROMPT]", run,
	N_("hand sudo the token in a file"), NULL,
	{ N_("Prints the token that is in a file, for \"sudo -A\": SUDO_ASKPASS names a script that\n"
	     "runs this command.  NAME is a file in ~/.config/patd/tokens; FILE has a slash in\n"
	     "it.  The file must be yours, and nobody else may have access to it.  Nothing is\n"
	     "shown on a terminal.\n"),
		N_("Use a token with --confirm: then whatever the script's user runs by it waits for\n"
		   "your approval.\n") },
	"  patctl generate ai --confirm --service=sudo --out=$HOME/.config/patd/tokens/ai\n"
	"  printf '#!/bin/sh\\nexec patctl askpass ai\\n' >ai-askpass\n"
	"  chmod 700 ai-askpass\n"
	"  SUDO_ASKPASS=$PWD/ai-askpass sudo -A id\n",
	.synonyms = { "ssh-askpass" } };
