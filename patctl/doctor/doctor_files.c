/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Checks of sockets, units, the clock and the database. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/statvfs.h>
#include <sys/timex.h>
#include <sys/un.h>

#include "common/cleanup.h"
#include "common/l10n.h"
#include "common/wire.h"
#include "patctl/base/user_lookup.h"
#include "patctl/doctor/doctor.h"
#include "patctl/doctor/unit_file.h"
#include "protocol/request.h"

#define MEBIBYTE (UINT64_C(1) << 20)
#define ROOM_LOW (64 * MEBIBYTE)
#define ROOM_OUT (1 * MEBIBYTE)

#define UNITS "patd-root.socket patd-front.socket patd-user.socket"

static const struct socket_file {
	const char *path, *unit;
	mode_t mode;
	const char *owner; /* NULL: root */
} sockets[] = {
	{ PAT_RUNTIME_DIR "/" PAT_ROOT_SOCKET, "patd-root.socket", 0600, NULL },
	{ PAT_RUNTIME_DIR "/" PAT_FRONT_SOCKET, "patd-front.socket", 0600, DOCTOR_FRONT },
	{ PAT_RUNTIME_DIR "/" PAT_USER_SOCKET, "patd-user.socket", 0666, NULL },
};
#define SOCKETS (sizeof(sockets) / sizeof(sockets[0]))

/* What the sockets start, and what the bus starts. */
static const char *const services[] = { "patd.service", "patd-bus.service" };
#define SERVICES (sizeof(services) / sizeof(services[0]))

/* Connects without sending a request, which patd ignores.  0 or a negative errno. */
static int try_connect(const struct sysroot *root, const char *path)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	cleanup_close int file = sysroot_open(root, path, O_PATH), fd = -1;

	if (file < 0)
		return file;
	fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	(void)snprintf(address.sun_path, sizeof(address.sun_path), "/proc/self/fd/%d", file);
	if (fd < 0 || connect(fd, (const struct sockaddr *)&address, sizeof(address)) < 0)
		return -errno;
	return 0;
}

/* The uid of whoever should own the socket.  One who is not known owns none. */
static uid_t owner_of(const struct socket_file *file)
{
	struct system_user user;

	if (!file->owner)
		return 0;
	return user_lookup(file->owner, DOCTOR_USER_LIMIT, &user) == USER_FOUND ? user.uid
										: (uid_t)-1;
}

/* False, after a finding, if the file is not as it should be. */
static bool check_socket_file(struct doctor *doctor, const struct socket_file *file)
{
	struct stat st;
	int r = sysroot_stat(doctor->root, file->path, O_NOFOLLOW, &st);

	if (r == -ENOENT)
		found(doctor, LEVEL_PROBLEM, "socket", "systemctl enable --now " UNITS,
			_("%s does not exist"), file->path);
	else if (r < 0)
		found(doctor, LEVEL_UNSEEN, "socket", NULL, "%s: %s", file->path, strerror(-r));
	else if (!S_ISSOCK(st.st_mode) || st.st_uid != owner_of(file) ||
		 (st.st_mode & DOCTOR_PERMISSIONS) != file->mode)
		found(doctor, LEVEL_PROBLEM, "socket", "systemctl restart " UNITS,
			_("%s is not a socket owned by %s with mode %04o: uid %u, mode %04o"),
			file->path, file->owner ? file->owner : "root", file->mode, st.st_uid,
			st.st_mode & DOCTOR_PERMISSIONS);
	else
		return true;
	return false;
}

static void check_socket(struct doctor *doctor, const struct socket_file *file)
{
	int r;

	if (!check_socket_file(doctor, file))
		return;
	r = try_connect(doctor->root, file->path);
	if (r == 0)
		found(doctor, LEVEL_OK, "socket", NULL, _("listening on %s"), file->path);
	else if (r == -EAGAIN)
		found(doctor, LEVEL_WARNING, "socket", _("see: systemctl status patd"),
			_("%s accepts no more connections: its queue is full"), file->path);
	else if (r == -ECONNREFUSED)
		found(doctor, LEVEL_PROBLEM, "socket", "systemctl restart " UNITS,
			_("nothing listens on %s"), file->path);
	else
		found(doctor, LEVEL_UNSEEN, "socket", r == -EACCES ? _("needs root") : NULL,
			_("cannot connect to %s: %s"), file->path, strerror(-r));
}

void doctor_sockets(struct doctor *doctor)
{
	struct stat st;

	/* A user who can write there can replace a socket. */
	if (sysroot_stat(doctor->root, PAT_RUNTIME_DIR, O_NOFOLLOW, &st) == 0 &&
		(st.st_uid != 0 || (st.st_mode & 022) != 0))
		found(doctor, LEVEL_PROBLEM, "socket", "systemd-tmpfiles --create patd.conf",
			_("users other than root can write %s: uid %u, mode %04o"), PAT_RUNTIME_DIR,
			st.st_uid, st.st_mode & DOCTOR_PERMISSIONS);
	for (size_t i = 0; i < SOCKETS; i++)
		check_socket(doctor, &sockets[i]);
}

void doctor_clock(struct doctor *doctor)
{
	struct timex clock = { .modes = 0 }; /* only look */
	const int state = adjtimex(&clock);

	if (state < 0)
		found(doctor, LEVEL_UNSEEN, "clock", NULL, _("the clock: %s"), strerror(errno));
	else if (state == TIME_ERROR || (clock.status & STA_UNSYNC) != 0)
		found(doctor, LEVEL_WARNING, "clock",
			_("enable time synchronisation: token expiry depends on it"),
			_("the clock is not synchronised"));
	else
		found(doctor, LEVEL_OK, "clock", NULL, _("the clock is synchronised"));
}

static void check_service(struct doctor *doctor, const char *unit)
{
	if (!unit_is_in(doctor->root, "", unit))
		found(doctor, LEVEL_PROBLEM, "unit", _("reinstall patd"),
			_("systemd has no unit %s"), unit);
	else if (unit_is_masked(doctor->root, unit))
		found(doctor, LEVEL_PROBLEM, "unit",
			"systemctl unmask patd.service patd-bus.service", _("%s is masked"), unit);
}

void doctor_units(struct doctor *doctor)
{
	for (size_t i = 0; i < SOCKETS; i++) {
		const char *unit = sockets[i].unit;

		if (!unit_is_in(doctor->root, "", unit))
			found(doctor, LEVEL_PROBLEM, "unit", _("reinstall patd"),
				_("systemd has no unit %s"), unit);
		else if (unit_is_masked(doctor->root, unit))
			found(doctor, LEVEL_PROBLEM, "unit", "systemctl unmask " UNITS,
				_("%s is masked"), unit);
		else if (!unit_is_in(doctor->root, "/sockets.target.wants", unit))
			found(doctor, LEVEL_WARNING, "unit", "systemctl enable --now " UNITS,
				_("%s does not start at boot"), unit);
		else
			found(doctor, LEVEL_OK, "unit", NULL, _("%s is enabled"), unit);
	}
	for (size_t i = 0; i < SERVICES; i++)
		check_service(doctor, services[i]);
}

bool doctor_state_dir(struct doctor *doctor, const char *check, struct stat *ret)
{
	int r = sysroot_stat(doctor->root, PAT_STATE_DIR, O_NOFOLLOW, ret);

	if (r == -ENOENT)
		found(doctor, LEVEL_UNSEEN, check, NULL,
			_("%s does not exist: patd creates it at its first start"), PAT_STATE_DIR);
	else if (r < 0)
		found(doctor, LEVEL_UNSEEN, check, NULL, PAT_STATE_DIR ": %s", strerror(-r));
	return r == 0;
}

static void check_room(struct doctor *doctor)
{
	cleanup_close int fd = sysroot_open(doctor->root, PAT_STATE_DIR, O_PATH);
	struct statvfs room;
	uint64_t bytes;

	if (fd < 0 || fstatvfs(fd, &room) < 0)
		return;
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
		found(doctor, LEVEL_PROBLEM, "database", _("chown patd and chmod 0600 it"),
			_("users other than patd have access to %s: uid %u, mode %04o"),
			DOCTOR_DATABASE, st.st_uid, st.st_mode & DOCTOR_PERMISSIONS);
	else
		found(doctor, LEVEL_OK, "database", NULL, _("only user patd has access to %s"),
			DOCTOR_DATABASE);
	check_room(doctor);
}
