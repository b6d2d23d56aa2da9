/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * patctl restore-backup: a backup back in place.  patd's program verifies and restores it, as
 * patd's user; patctl stops and starts the service and puts the credentials aside, which only root
 * can.
 */
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <pwd.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/cleanup.h"
#include "common/l10n.h"
#include "patctl/base/program.h"
#include "patctl/base/text.h"
#include "patctl/base/units.h"
#include "patctl/cli/verb.h"
#include "patctl/print/terminal.h"

#define PATD PAT_LIBEXEC_DIR "/patd"
#define ASIDE ".before-restore"

/* A key here comes before the key file of patd: systemd passes it to patd. */
static const char *const credentials[] = {
	"/etc/credstore.encrypted/patd.key",
	"/etc/credstore/patd.key",
};

static const int ending[] = { SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGPIPE };

/*
 * A regular file: patd's program reads it from its beginning once to verify it, and once more to
 * restore it.
 */
static int open_backup(const char *path)
{
	cleanup_text char *safe = text_safe(path);
	cleanup_close int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	struct stat st;

	if (fd < 0 || fstat(fd, &st) < 0) {
		complain(_("cannot open %s: %s"), safe, strerror(errno));
		return -1;
	}
	if (!S_ISREG(st.st_mode)) {
		complain(_("%s is not a regular file: name a file written by patctl backup"), safe);
		return -1;
	}
	return take_fd(&fd);
}

static bool find_patd(struct program_as *ret)
{
	const struct passwd *patd = getpwnam("patd");

	if (!patd) {
		complain(_("user patd does not exist: install patd first"));
		return false;
	}
	ret->uid = patd->pw_uid;
	ret->gid = patd->pw_gid;
	return true;
}

/* patd must find the restored key first, and may seal it anew. */
static bool put_credentials_aside(void)
{
	bool done = true;

	for (size_t i = 0; i < sizeof(credentials) / sizeof(credentials[0]); i++) {
		cleanup_text char *aside = text_format("%s" ASIDE, credentials[i]);

		if (rename(credentials[i], aside) < 0 && errno != ENOENT) {
			complain(_("cannot rename %s: %s; rename it manually, then start "
				   "patd.service"),
				credentials[i], strerror(errno));
			done = false;
		}
	}
	return done;
}

/* Checked before patd is stopped: with a credential in its place it would not start again. */
static bool can_put_credentials_aside(void)
{
	for (size_t i = 0; i < sizeof(credentials) / sizeof(credentials[0]); i++) {
		cleanup_text char *folder = text_format("%s", credentials[i]);

		if (access(credentials[i], F_OK) < 0 || access(dirname(folder), W_OK) == 0)
			continue;
		complain(_("cannot write to %s to move the key there aside: %s; nothing was "
			   "changed"),
			folder, strerror(errno));
		return false;
	}
	return true;
}

/*
 * Starts the units again that were active, also after a failure, which changes nothing.  Only if a
 * credential stays in its place patd is not started: its key would not be that of the database.
 */
static bool restore(const struct program_as *as)
{
	static const char *const restore_argv[] = { PATD, "--restore-backup=-", NULL };
	struct units units;
	bool done;

	/* A signal that ended patctl here would leave patd stopped.  The programs inherit this. */
	for (size_t i = 0; i < sizeof(ending) / sizeof(ending[0]); i++)
		(void)signal(ending[i], SIG_IGN);
	units_read(&units);
	done = units_stop(&units);
	if (!done)
		complain(_("patd.service could not be stopped; nothing was changed"));
	else
		done = program_run(restore_argv, as);
	if (done && !put_credentials_aside())
		return false;
	if (!units_start(&units)) {
		complain(_("patd.service could not be started: see journalctl -u patd"));
		return false;
	}
	return done;
}

static enum outcome verify_and_restore(const struct command *command, int backup)
{
	static const char *const verify_argv[] = { PATD, "--verify-backup=-", NULL };
	struct program_as as = { .input = backup, .quiet = command_given(command, &option_quiet) };

	if (!find_patd(&as) || !program_run(verify_argv, &as) || !can_put_credentials_aside())
		return OUTCOME_FAILED;
	if (!command_given(command, &option_yes) &&
		!terminal_confirm(
			_("This replaces all tokens, their history and the key: tokens generated\n"
			  "since the backup are lost, and those revoked or disabled since are\n"
			  "accepted again.  The current state is kept in before-restore-*.\n"
			  "Continue?"))) {
		complain(_("nothing was changed"));
		return OUTCOME_DECLINED;
	}
	if (!restore(&as))
		return OUTCOME_FAILED;
	if (!as.quiet)
		note(_("Revoke and disable again what was revoked and disabled since the "
		       "backup.\n"));
	return OUTCOME_DONE;
}

static enum outcome run(const struct command *command)
{
	cleanup_close int backup = -1;

	if (geteuid() != 0) {
		complain(_("only root may restore a backup; try: sudo patctl restore-backup"));
		return OUTCOME_DENIED;
	}
	if (!command_given(command, &option_yes) && !terminal_can_ask()) {
		complain(_("not a terminal; use --yes to restore without confirmation"));
		return OUTCOME_DECLINED;
	}
	backup = open_backup(command->operands[0]);
	if (backup < 0)
		return OUTCOME_FAILED;
	if (!units_available()) {
		complain(_("systemd is not running: stop patd, and see --restore-backup in "
			   "patd(8)"));
		return OUTCOME_FAILED;
	}
	return verify_and_restore(command, backup);
}

const struct verb verb_restore_backup = { "restore-backup", "FILE", run,
	N_("replace all tokens and the key from a backup"), OPTIONS(&option_yes, &option_quiet),
	{ N_("Verifies the backup, stops patd, replaces the tokens, the history and the key,\n"
	     "and starts patd again.  The previous state is kept next to them in\n"
	     "before-restore-TIME.  Asks for confirmation; without a terminal, --yes is\n"
	     "required.  Root only.\n"),
		N_("Tokens generated after the backup are lost, and tokens revoked or disabled\n"
		   "after it work again: revoke and disable them again.\n") },
	.examples = "  sudo patctl restore-backup tokens.backup\n" };
