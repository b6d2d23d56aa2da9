/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Checks of sockets, units and the clock. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/timex.h>

#include "common/cleanup.h"
#include "common/l10n.h"
#include "common/wire.h"
#include "patctl/base/units.h"
#include "patctl/base/user_lookup.h"
#include "patctl/doctor/doctor.h"
#include "patctl/doctor/unit_file.h"
#include "protocol/packet.h"
#include "protocol/request.h"

#define SOCKET_UNITS "patd-root.socket patd-front.socket patd-user.socket"
/*
 * systemd starts no socket whose service runs.  All stop in one go: a socket that still listens, or
 * patd-bus, would start patd again.
 */
#define STOP "systemctl stop patd.service patd-bus.service " SOCKET_UNITS
#define RESTART STOP " && systemctl start " SOCKET_UNITS
#define ENABLE STOP " && systemctl enable --now " SOCKET_UNITS

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
	cleanup_close int file = sysroot_open(root, path, O_PATH), fd = -1;
	char opened[32];

	if (file < 0)
		return file;
	(void)snprintf(opened, sizeof(opened), "/proc/self/fd/%d", file);
	fd = packet_connect_at_once(opened);
	return fd < 0 ? fd : 0;
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
		found(doctor, LEVEL_PROBLEM, "socket", ENABLE, _("%s does not exist"), file->path);
	else if (r < 0)
		found(doctor, LEVEL_UNSEEN, "socket", NULL, "%s: %s", file->path, strerror(-r));
	else if (!S_ISSOCK(st.st_mode) || st.st_uid != owner_of(file) ||
		 (st.st_mode & DOCTOR_PERMISSIONS) != file->mode)
		found(doctor, LEVEL_PROBLEM, "socket", RESTART,
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

	if (!check_socket_file(doctor, file) || doctor->asleep)
		return;
	r = try_connect(doctor->root, file->path);
	if (r == 0)
		found(doctor, LEVEL_OK, "socket", NULL, _("listening on %s"), file->path);
	else if (r == -EAGAIN)
		found(doctor, LEVEL_WARNING, "socket", _("see: systemctl status patd"),
			_("%s accepts no more connections: its queue is full"), file->path);
	else if (r == -ECONNREFUSED)
		found(doctor, LEVEL_PROBLEM, "socket", RESTART, _("nothing listens on %s"),
			file->path);
	else
		found(doctor, LEVEL_UNSEEN, "socket", r == -EACCES ? _("needs root") : NULL,
			_("cannot connect to %s: %s"), file->path, strerror(-r));
}

/* Whether a connection or a call would start a service, which brings all its sockets with it. */
static bool would_start(const struct sysroot *root)
{
	bool missing = false;
	struct units units;
	struct stat st;

	if (root->image || !units_available())
		return false;
	for (size_t i = 0; i < SOCKETS; i++)
		missing |= sysroot_stat(root, sockets[i].path, O_NOFOLLOW, &st) == -ENOENT;
	if (!missing)
		return false;
	units_read(&units);
	return !units_running(&units);
}

void doctor_sockets(struct doctor *doctor)
{
	struct stat st;

	doctor->asleep = would_start(doctor->root);
	if (doctor->asleep)
		doctor->client = NULL;

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
			found(doctor, LEVEL_PROBLEM, "unit", "systemctl unmask " SOCKET_UNITS,
				_("%s is masked"), unit);
		else if (!unit_is_in(doctor->root, "/sockets.target.wants", unit))
			found(doctor, LEVEL_WARNING, "unit", "systemctl enable " SOCKET_UNITS,
				_("%s does not start at boot"), unit);
		else
			found(doctor, LEVEL_OK, "unit", NULL, _("%s is enabled"), unit);
	}
	for (size_t i = 0; i < SERVICES; i++)
		check_service(doctor, services[i]);
}
