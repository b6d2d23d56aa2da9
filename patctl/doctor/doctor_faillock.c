/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Users whom pam_faillock(8) has locked out, by the tallies that it keeps. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "common/cleanup.h"
#include "common/l10n.h"
#include "patctl/base/text.h"
#include "patctl/doctor/doctor.h"

#define CONF "/etc/security/faillock.conf"
#define DIR "/run/faillock"

/* A record in the file of a user: struct tally of pam_faillock(8), in all its versions. */
struct tally {
	char source[52];
	uint16_t reserved, status;
	uint64_t time; /* seconds UTC */
};
#define TALLY_VALID 1U

/* Of faillock.conf(5), with its defaults; times in seconds, 0 for never. */
struct faillock {
	char *folder; /* owned */
	unsigned long deny, interval, unlock, root_unlock;
	bool root, root_time; /* even_deny_root and root_unlock_time are there */
};

/* The value of "KEY = VALUE", or "" of "KEY"; NULL: line is of something else. */
static char *setting_of(char *line, const char *key)
{
	char *at = line + strspn(line, " \t");
	const size_t len = strlen(key);

	if (strncmp(at, key, len) != 0 || !strchr(" \t=#\n", at[len]))
		return NULL;
	at += len;
	at += strspn(at, " \t");
	at += *at == '=';
	at += strspn(at, " \t");
	at[strcspn(at, " \t\n#")] = '\0';
	return at;
}

static bool read_number(char *line, const char *key, unsigned long *ret)
{
	const char *value = setting_of(line, key);

	if (value)
		*ret = strtoul(value, NULL, 10); /* "never" is 0, too */
	return value != NULL;
}

static void read_setting(char *line, struct faillock *faillock)
{
	const char *folder;

	if (read_number(line, "deny", &faillock->deny) ||
		read_number(line, "fail_interval", &faillock->interval) ||
		read_number(line, "unlock_time", &faillock->unlock))
		return;
	faillock->root_time |= read_number(line, "root_unlock_time", &faillock->root_unlock);
	faillock->root |= setting_of(line, "even_deny_root") != NULL;
	folder = setting_of(line, "dir");
	if (!folder || *folder != '/')
		return;
	text_free(&faillock->folder);
	faillock->folder = text_format("%s", folder);
}

/* Without the arguments of the lines in /etc/pam.d, which may say otherwise. */
static void read_settings(const struct sysroot *root, struct faillock *ret)
{
	cleanup_free char *line = NULL;
	cleanup_file FILE *file = NULL;
	size_t size = 0;

	*ret = (struct faillock) {
		.folder = text_format(DIR),
		.deny = 3,
		.interval = 900,
		.unlock = 600,
	};
	if (sysroot_read(root, CONF, &file) < 0)
		return;
	while (getline(&line, &size, file) >= 0)
		read_setting(line, ret);
}

/* How many of the user's failures keep the user out now; 0: none do. */
static unsigned long count_tally(
	const struct faillock *faillock, const char *user, FILE *file, uint64_t now)
{
	const bool root = strcmp(user, "root") == 0;
	const uint64_t unlock =
		root && faillock->root_time ? faillock->root_unlock : faillock->unlock;
	unsigned long failures = 0;
	uint64_t latest = 0;
	struct tally tally;

	if (root && !faillock->root && !faillock->root_time)
		return 0;
	while (fread(&tally, sizeof(tally), 1, file) == 1)
		if ((tally.status & TALLY_VALID) != 0 && tally.time > latest)
			latest = tally.time;
	if (fseek(file, 0, SEEK_SET) < 0)
		return 0;
	while (fread(&tally, sizeof(tally), 1, file) == 1)
		failures += (tally.status & TALLY_VALID) != 0 &&
			    latest - tally.time < faillock->interval;
	if (failures < faillock->deny || (unlock != 0 && latest + unlock < now))
		return 0;
	return failures;
}

static void check_user(struct doctor *doctor, const struct faillock *faillock, const char *user)
{
	cleanup_text char *path = text_format("%s/%s", faillock->folder, user),
			  *command = text_format("faillock --user %s --reset",
				  text_is_word(user) ? user : _("USER"));
	cleanup_file FILE *file = NULL;
	unsigned long counted;

	if (sysroot_read(doctor->root, path, &file) < 0)
		return;
	counted = count_tally(faillock, user, file, (uint64_t)time(NULL));
	if (counted > 0)
		found(doctor, LEVEL_WARNING, "faillock", command,
			P_("pam_faillock counts %lu wrong password of user %s: it refuses "
			   "passwords, and tokens too where its line stands before pam_pat.so",
				"pam_faillock counts %lu wrong passwords of user %s: it refuses "
				"passwords, and tokens too where its line stands before pam_pat.so",
				counted),
			counted, user);
}

void doctor_faillock(struct doctor *doctor)
{
	struct faillock faillock;
	cleanup_names char **names = NULL;

	read_settings(doctor->root, &faillock);
	if (faillock.deny > 0 && sysroot_list(doctor->root, faillock.folder, &names) == 0)
		for (char **name = names; *name; name++)
			check_user(doctor, &faillock, *name);
	text_free(&faillock.folder);
}
