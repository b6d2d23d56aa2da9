/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What refuses logins of users that patd would accept: ageing, shadow(5), and pam_faillock(8). */
#include <fcntl.h>
#include <inttypes.h>
#include <shadow.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "common/cleanup.h"
#include "common/l10n.h"
#include "patctl/base/text.h"
#include "patctl/doctor/doctor.h"

#define DAY 86400
#define AHEAD_DAYS 14 /* of an expiry that nobody would notice */

/* "chage -M -1 deploy".  before: the command up to the user.  The caller owns it. */
static char *command_for(const char *before, const char *user)
{
	return text_format("%s%s", before, text_is_word(user) ? user : _("USER"));
}

/* Nobody can log in with that password, and so nobody can change it. */
static bool is_locked(const struct spwd *entry)
{
	return entry->sp_pwdp && (entry->sp_pwdp[0] == '!' || entry->sp_pwdp[0] == '*');
}

static void found_refused(
	struct doctor *doctor, const struct spwd *entry, const char *advice, const char *why)
{
	found(doctor, LEVEL_WARNING, "account", advice,
		_("user %s has tokens, which are refused: %s"), entry->sp_namp, why);
}

static void found_aged(
	struct doctor *doctor, const struct spwd *entry, const char *command, const char *why)
{
	cleanup_text char *advice =
		is_locked(entry) ? command_for(command, entry->sp_namp)
				 : text_format("%s", _("the user has to log in with the password, "
						       "and change it"));

	found_refused(doctor, entry, advice, why);
}

/* In the order of pam_unix(8), whose account line refuses the login. */
static void check_entry(struct doctor *doctor, const struct spwd *entry, long today)
{
	cleanup_text char *never = command_for("chage -E -1 ", entry->sp_namp),
			  *no_maximum = command_for("chage -M -1 ", entry->sp_namp);
	const long left = entry->sp_lstchg + entry->sp_max - today;

	if (entry->sp_expire >= 0 && today >= entry->sp_expire)
		found_refused(doctor, entry, never, _("the account has expired"));
	else if (entry->sp_lstchg == 0)
		found_aged(doctor, entry, "chage -d -1 ", _("the password must be changed"));
	else if (entry->sp_max < 0 || entry->sp_lstchg < 0)
		return;
	else if (left < 0)
		found_aged(doctor, entry, "chage -M -1 ", _("the password has expired"));
	else if (left < AHEAD_DAYS && is_locked(entry))
		found(doctor, LEVEL_WARNING, "account", no_maximum,
			P_("user %s has tokens, which are refused when the locked password expires "
			   "in %ld day",
				"user %s has tokens, which are refused when the locked password "
				"expires in %ld days",
				(unsigned long)left),
			entry->sp_namp, left);
}

void doctor_ageing(struct doctor *doctor,
	bool (*has_tokens)(const char *user, const void *userdata), const void *userdata)
{
	const long today = (long)(time(NULL) / DAY);
	cleanup_file FILE *file = NULL;
	const struct spwd *entry;

	if (sysroot_read(doctor->root, SHADOW, &file) < 0)
		return;
	while ((entry = fgetspent(file)))
		if (has_tokens(entry->sp_namp, userdata))
			check_entry(doctor, entry, today);
}

#define SUDO_DIR "/run/sudo/ts"
#define SUDO_SECONDS 900 /* timestamp_timeout of sudoers(5), if nobody has set another */

static bool is_recent(int64_t at)
{
	const int64_t now = time(NULL);

	return at <= now && now - at < SUDO_SECONDS;
}

/* sudo 1.9.15 and later name the file after the uid. */
static bool has_sudo_record(const struct sysroot *root, const char *name, char **ret_path)
{
	cleanup_text char *path = text_format(SUDO_DIR "/%s", name);
	struct stat st;

	if (sysroot_stat(root, path, O_NOFOLLOW, &st) < 0 || !is_recent(st.st_mtim.tv_sec))
		return false;
	*ret_path = TAKE(path);
	return true;
}

void doctor_sudo(struct doctor *doctor, const struct token_row *token)
{
	cleanup_text char *uid = text_format("%u", token->uid), *path = NULL, *command = NULL;

	if (strcmp(token->state, "revoked") != 0 || !is_recent((int64_t)token->revoked_at) ||
		strncmp(token->last_used_service, "sudo", 4) != 0 || !text_is_word(token->user))
		return;
	if (!has_sudo_record(doctor->root, token->user, &path) &&
		!has_sudo_record(doctor->root, uid, &path))
		return;
	command = text_format("rm -f %s", path);
	found(doctor, LEVEL_WARNING, "account", command,
		_("token %s of user %s was revoked, and sudo may still remember a login with it"),
		token->id.text, token->user);
}

#define FAILLOCK_CONF "/etc/security/faillock.conf"
#define FAILLOCK_DIR "/run/faillock"
#define FAILLOCK_DENY 3

/* A record in the file of a user: struct tally of pam_faillock(8), in all its versions. */
struct tally {
	char source[52];
	uint16_t reserved, status;
	uint64_t time;
};
#define TALLY_VALID 1U

struct faillock {
	char *folder; /* owned */
	unsigned long deny;
};

/* The value of "KEY = VALUE", without blanks around it; NULL: line is of something else. */
static char *setting_of(char *line, const char *key)
{
	char *at = line + strspn(line, " \t");
	size_t len = strlen(key);

	if (strncmp(at, key, len) != 0)
		return NULL;
	at += len;
	at += strspn(at, " \t");
	if (*at != '=')
		return NULL;
	at++;
	at += strspn(at, " \t");
	at[strcspn(at, " \t\n#")] = '\0';
	return at;
}

/* Without the arguments of the lines in /etc/pam.d, which may say otherwise. */
static void read_faillock(const struct sysroot *root, struct faillock *ret)
{
	cleanup_free char *line = NULL;
	cleanup_file FILE *file = NULL;
	size_t size = 0;

	*ret = (struct faillock) { text_format(FAILLOCK_DIR), FAILLOCK_DENY };
	if (sysroot_read(root, FAILLOCK_CONF, &file) < 0)
		return;
	while (getline(&line, &size, file) >= 0) {
		const char *deny = setting_of(line, "deny"),
			   *folder = deny ? NULL : setting_of(line, "dir");

		if (deny)
			ret->deny = strtoul(deny, NULL, 10);
		if (!folder || *folder != '/')
			continue;
		text_free(&ret->folder);
		ret->folder = text_format("%s", folder);
	}
}

static unsigned long count_tally(const struct sysroot *root, const char *path)
{
	cleanup_file FILE *file = NULL;
	unsigned long valid = 0;
	struct tally tally;

	if (sysroot_read(root, path, &file) < 0)
		return 0;
	while (fread(&tally, sizeof(tally), 1, file) == 1)
		valid += (tally.status & TALLY_VALID) != 0;
	return valid;
}

void doctor_faillock(struct doctor *doctor)
{
	struct faillock faillock;
	cleanup_names char **names = NULL;

	read_faillock(doctor->root, &faillock);
	if (sysroot_list(doctor->root, faillock.folder, &names) < 0)
		names = must_alloc(calloc(1, sizeof(*names)));
	for (char **name = names; *name && faillock.deny > 0; name++) {
		cleanup_text char *path = text_format("%s/%s", faillock.folder, *name),
				  *before = text_is_word(*name)
						    ? text_format("faillock --user %s", *name)
						    : text_format("faillock --user %s", _("USER")),
				  *command = text_format("%s --reset", before);
		const unsigned long counted = count_tally(doctor->root, path);

		if (counted >= faillock.deny)
			found(doctor, LEVEL_WARNING, "faillock", command,
				P_("pam_faillock counts %lu wrong password of user %s: it refuses "
				   "passwords, and tokens too where its line stands before "
				   "pam_pat.so",
					"pam_faillock counts %lu wrong passwords of user %s: it "
					"refuses passwords, and tokens too where its line stands "
					"before pam_pat.so",
					counted),
				counted, *name);
	}
	text_free(&faillock.folder);
}
