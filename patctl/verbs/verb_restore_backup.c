/*
 * A backup back in place.  What verifies and restores is patd's program, as patd's user: patctl
 * stops and starts the service, and sees to the credentials, which only root can.
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

#include "common/l10n.h"
#include "patctl/base/program.h"
#include "patctl/base/text.h"
#include "patctl/base/units.h"
#include "patctl/cli/verbs.h"
#include "patctl/print/terminal.h"

#define PATD PAT_LIBEXEC_DIR "/patd"
#define ASIDE ".before-restore"

/* Where systemd finds a key for patd before patd finds its file. */
static const char *const credentials[] = {
	"/etc/credstore.encrypted/patd.key",
	"/etc/credstore/patd.key",
};

static const int ending[] = { SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGPIPE };

/* A regular file: what verified it reads it from its beginning, and what restores it again. */
static int open_backup(const char *path)
{
	cleanup_text char *safe = text_safe(path);
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	struct stat st;

	if (fd < 0 || fstat(fd, &st) < 0) {
		complain(_("cannot open %s: %s"), safe, strerror(errno));
	} else if (!S_ISREG(st.st_mode)) {
		complain(_("%s is not a regular file: name one that patctl backup made"), safe);
	} else {
		return fd;
	}
	if (fd >= 0)
		(void)close(fd);
	return -1;
}

static bool find_patd(struct program_as *ret)
{
	const struct passwd *patd = getpwnam("patd");

	if (!patd) {
		complain(_("there is no user patd: install patd first"));
		return false;
	}
	ret->uid = patd->pw_uid;
	ret->gid = patd->pw_gid;
	return true;
}

/* The key that is restored must win, and be sealed anew where it can be. */
static bool put_credentials_aside(void)
{
	bool done = true;

	for (size_t i = 0; i < sizeof(credentials) / sizeof(credentials[0]); i++) {
		cleanup_text char *aside = text_format("%s" ASIDE, credentials[i]);

		if (rename(credentials[i], aside) < 0 && errno != ENOENT) {
			complain(_("cannot rename %s: %s; do it by hand, and start patd.service"),
				credentials[i], strerror(errno));
			done = false;
		}
	}
	return done;
}

/* Known before anything is stopped: one that stays in its place keeps patd from starting. */
static bool can_put_credentials_aside(void)
{
	for (size_t i = 0; i < sizeof(credentials) / sizeof(credentials[0]); i++) {
		cleanup_text char *folder = text_format("%s", credentials[i]);

		if (access(credentials[i], F_OK) < 0 || access(dirname(folder), W_OK) == 0)
			continue;
		complain(_("cannot write to %s, where a key is that has to be put aside: %s; "
			   "nothing was changed"),
			folder, strerror(errno));
		return false;
	}
	return true;
}

/*
 * A failure changes nothing, and so it ends as a success does: what was active before is again. But
 * patd does not start with a key that is not the database's.
 */
static bool restore(const struct program_as *as)
{
	static const char *const restore_argv[] = { PATD, "--restore-backup=-", NULL };
	struct units units;
	bool done;

	/* What ended patctl here would leave patd stopped.  The programs inherit it. */
	for (size_t i = 0; i < sizeof(ending) / sizeof(ending[0]); i++)
		(void)signal(ending[i], SIG_IGN);
	units_read(&units);
	done = units_stop();
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

static enum outcome verify_and_restore(const struct command *command, struct program_as *as)
{
	static const char *const verify_argv[] = { PATD, "--verify-backup=-", NULL };

	if (!find_patd(as) || !program_run(verify_argv, as) || !can_put_credentials_aside())
		return OUTCOME_FAILED;
	if (!command->yes &&
		!terminal_confirm(_("All tokens, their history and the key become those of the "
				    "backup.\nWhat there is now is kept aside.  Restore it?"))) {
		complain(_("nothing was changed"));
		return OUTCOME_DECLINED;
	}
	return restore(as) ? OUTCOME_DONE : OUTCOME_FAILED;
}

enum outcome restore_backup_run(const struct command *command)
{
	struct program_as as = { .input = -1, .quiet = command->quiet };
	enum outcome outcome;

	if (geteuid() != 0) {
		complain(_("only root may restore a backup; try: sudo patctl restore-backup"));
		return OUTCOME_DENIED;
	}
	if (!command->yes && !terminal_can_ask()) {
		complain(
			_("there is no terminal to ask on; to restore without being asked: --yes"));
		return OUTCOME_DECLINED;
	}
	as.input = open_backup(command->items[0]);
	if (as.input < 0)
		return OUTCOME_FAILED;
	if (units_available()) {
		outcome = verify_and_restore(command, &as);
	} else {
		complain(_("systemd does not run here: stop patd, and see --restore-backup in "
			   "patd(8)"));
		outcome = OUTCOME_FAILED;
	}
	(void)close(as.input);
	return outcome;
}
