/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* patctl backup: writes a backup of all tokens and the key. */
#include <stdio.h>
#include <string.h>

#include "common/l10n.h"
#include "patctl/base/new_file.h"
#include "patctl/base/text.h"
#include "patctl/cli/verb.h"
#include "patctl/client/client.h"

static enum outcome fail_file(const char *path, int r)
{
	new_file_complain(path, r);
	return OUTCOME_FAILED;
}

static bool make(const struct command *command, int fd, DBusError *error)
{
	cleanup_client struct client *client = client_new(NULL, true, error);
	struct progress progress;
	bool made;

	if (!client)
		return false;
	progress_begin(&progress, _("Backup"), command_given(command, &option_quiet));
	made = client_backup(client, fd, &progress, error);
	progress_end(&progress);
	return made;
}

static enum outcome run(const struct command *command)
{
	const char *path = command->operands[0];
	cleanup_text char *safe = text_safe(path);
	DBusError error = DBUS_ERROR_INIT;
	struct new_file file;
	int r;

	/* Its header, which comes last, stands before all else: a pipe will not do. */
	if (strcmp(path, "-") == 0) {
		complain(_("a backup cannot be written to standard output; name a file"));
		return OUTCOME_USAGE;
	}
	r = new_file_begin(&file, path);
	if (r < 0)
		return fail_file(path, r);
	if (!make(command, file.fd, &error)) {
		new_file_discard(&file);
		return outcome_fail(NULL, &error);
	}
	r = new_file_commit(&file);
	if (r < 0)
		return fail_file(path, r);
	if (!command_given(command, &option_quiet))
		note(_("%s contains all tokens and the key.  Protect it like /etc/shadow.\n"),
			safe);
	return OUTCOME_DONE;
}

const struct verb verb_backup = { "backup", "FILE", run,
	N_("write a backup of all tokens and the key"), OPTIONS(&option_quiet),
	{ N_("Writes all tokens, their history and the key into FILE, which must not exist\n"
	     "yet.  The backup is a snapshot, and patd keeps running.  It can be restored on\n"
	     "any machine.  Root only.\n"),
		N_("Nobody can log in with the backup alone, but it contains the key: protect it\n"
		   "like /etc/shadow.\n") },
	.examples = "  sudo patctl backup tokens.backup\n" };
