/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Checks of patd's folder and of the database in it. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/statvfs.h>

#include "common/cleanup.h"
#include "common/l10n.h"
#include "patctl/doctor/doctor.h"

#define MEBIBYTE (UINT64_C(1) << 20)
#define ROOM_LOW (64 * MEBIBYTE)
#define ROOM_OUT (1 * MEBIBYTE)

bool doctor_state_dir(struct doctor *doctor, const char *check, struct stat *ret)
{
	int r = sysroot_stat(doctor->root, PAT_STATE_DIR, 0, ret);

	if (r == -ENOENT)
		found(doctor, LEVEL_UNSEEN, check, NULL,
			_("%s does not exist: patd creates it at its first start"), PAT_STATE_DIR);
	else if (r < 0)
		found(doctor, LEVEL_UNSEEN, check, NULL, PAT_STATE_DIR ": %s", strerror(-r));
	else if (!S_ISDIR(ret->st_mode))
		found(doctor, LEVEL_PROBLEM, check,
			_("move it away: patd creates a folder at its next start"),
			_("%s is not a folder"), PAT_STATE_DIR);
	return r == 0 && S_ISDIR(ret->st_mode);
}

/*
 * patd itself follows a link; but its profile of AppArmor names the folder, and its sandbox leaves
 * nothing else writable.
 */
static void check_link(struct doctor *doctor)
{
	struct stat st;

	if (sysroot_stat(doctor->root, PAT_STATE_DIR, O_NOFOLLOW, &st) == 0 && S_ISLNK(st.st_mode))
		found(doctor, LEVEL_WARNING, "database",
			_("replace the link by a folder, and mount the other one there: see "
			  "\"bind\" in mount(8)"),
			_("%s is a symbolic link, which the sandbox of patd may not permit"),
			PAT_STATE_DIR);
}

static void check_room(struct doctor *doctor)
{
	cleanup_close int fd = sysroot_open(doctor->root, PAT_STATE_DIR, O_PATH);
	struct statvfs room;
	uint64_t bytes;

	if (fd < 0 || fstatvfs(fd, &room) < 0)
		return;
	if ((room.f_flag & ST_RDONLY) != 0) {
		found(doctor, LEVEL_PROBLEM, "database",
			_("mount the file system writable: see findmnt -T on the folder, and "
			  "dmesg for why"),
			_("%s is read-only: patd can revoke nothing, and does not start"),
			PAT_STATE_DIR);
		return;
	}
	bytes = (uint64_t)room.f_bavail * room.f_frsize;
	if (bytes < ROOM_LOW)
		found(doctor, bytes < ROOM_OUT ? LEVEL_PROBLEM : LEVEL_WARNING, "database",
			_("free disk space: on a full disk, patd can only revoke tokens"),
			_("the disk of %s has %u MiB left"), PAT_STATE_DIR,
			(unsigned int)(bytes / MEBIBYTE));
}

void doctor_database(struct doctor *doctor)
{
	struct stat folder, st;
	int r;

	check_link(doctor);
	if (!doctor_state_dir(doctor, "database", &folder))
		return;
	r = sysroot_stat(doctor->root, DOCTOR_DATABASE, O_NOFOLLOW, &st);
	if (r == -ENOENT)
		found(doctor, LEVEL_UNSEEN, "database", NULL,
			_("none yet: patd creates it at its first start"));
	else if (r < 0)
		found(doctor, LEVEL_UNSEEN, "database", r == -EACCES ? _("needs root") : NULL,
			DOCTOR_DATABASE ": %s", strerror(-r));
	else if (!S_ISREG(st.st_mode) || st.st_uid != folder.st_uid || (st.st_mode & 077) != 0)
		found(doctor, LEVEL_PROBLEM, "database",
			S_ISREG(st.st_mode) ? "chown patd: " PAT_STATE_DIR " " DOCTOR_DATABASE
					      " && chmod 0600 " DOCTOR_DATABASE
					    : _("restore it from a backup"),
			_("users other than patd have access to %s: uid %u, mode %04o"),
			DOCTOR_DATABASE, st.st_uid, st.st_mode & DOCTOR_PERMISSIONS);
	else
		found(doctor, LEVEL_OK, "database", NULL, _("only user patd has access to %s"),
			DOCTOR_DATABASE);
	check_room(doctor);
}
