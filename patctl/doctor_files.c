/* What lies on the disk, and what listens there. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/statvfs.h>
#include <sys/timex.h>
#include <sys/un.h>
#include <unistd.h>

#include "common/l10n.h"
#include "common/wire.h"
#include "patctl/doctor.h"
#include "patctl/text.h"

#define PERMISSIONS 07777
#define KEY_PATH PAT_STATE_DIR "/key"
#define KEY_LEN 32
#define DATABASE_PATH PAT_STATE_DIR "/patd.db"
#define MEBIBYTE (UINT64_C(1) << 20)
#define ROOM_LOW (64 * MEBIBYTE)
#define ROOM_OUT (1 * MEBIBYTE)

static const struct door {
	const char *path, *unit;
	mode_t mode;
} doors[] = {
	{ PAT_RUNTIME_DIR "/" PAT_ROOT_SOCKET, "patd-root.socket", 0600 },
	{ PAT_RUNTIME_DIR "/" PAT_USER_SOCKET, "patd-user.socket", 0666 },
};
#define DOORS (sizeof(doors) / sizeof(doors[0]))

/* Connects and says nothing, which patd takes for nothing.  0 or a negative errno. */
static int try_door(const struct sysroot *root, const char *path)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int file = sysroot_open(root, path, O_PATH), fd, r = 0;

	if (file < 0)
		return file;
	fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	(void)snprintf(address.sun_path, sizeof(address.sun_path), "/proc/self/fd/%d", file);
	if (fd < 0 || connect(fd, (const struct sockaddr *)&address, sizeof(address)) < 0)
		r = -errno;
	if (fd >= 0)
		close(fd);
	close(file);
	return r;
}

/* False after having told what is wrong. */
static bool check_door_file(struct doctor *doctor, const struct door *door)
{
	struct stat st;
	int r = sysroot_lstat(doctor->root, door->path, &st);

	if (r == -ENOENT)
		found(&doctor->findings, LEVEL_PROBLEM, "socket",
			"systemctl enable --now patd-root.socket patd-user.socket",
			_("%s is not there"), door->path);
	else if (r < 0)
		found(&doctor->findings, LEVEL_UNSEEN, "socket", NULL, "%s: %s", door->path,
			strerror(-r));
	else if (!S_ISSOCK(st.st_mode) || st.st_uid != 0 ||
		 (st.st_mode & PERMISSIONS) != door->mode)
		found(&doctor->findings, LEVEL_PROBLEM, "socket",
			"systemctl restart patd-root.socket patd-user.socket",
			_("%s is not a socket of root's with the mode %04o: uid %u, mode %04o"),
			door->path, door->mode, (unsigned int)st.st_uid,
			(unsigned int)st.st_mode & PERMISSIONS);
	else
		return true;
	return false;
}

static void check_door(struct doctor *doctor, const struct door *door)
{
	int r;

	if (!check_door_file(doctor, door))
		return;
	r = try_door(doctor->root, door->path);
	if (r == 0)
		found(&doctor->findings, LEVEL_OK, "socket", NULL, _("%s is listened on"),
			door->path);
	else if (r == -EAGAIN)
		found(&doctor->findings, LEVEL_WARNING, "socket", _("see: systemctl status patd"),
			_("%s takes no more: too many wait there"), door->path);
	else if (r == -ECONNREFUSED)
		found(&doctor->findings, LEVEL_PROBLEM, "socket",
			"systemctl restart patd-root.socket patd-user.socket",
			_("nothing listens on %s"), door->path);
	else
		found(&doctor->findings, LEVEL_UNSEEN, "socket",
			r == -EACCES ? _("root may") : NULL,
			_("whether something listens on %s: %s"), door->path, strerror(-r));
}

void doctor_sockets(struct doctor *doctor)
{
	struct stat st;

	/* Who can write there can put a socket of its own in root's way. */
	if (sysroot_lstat(doctor->root, PAT_RUNTIME_DIR, &st) == 0 &&
		(st.st_uid != 0 || (st.st_mode & 022) != 0))
		found(&doctor->findings, LEVEL_PROBLEM, "socket",
			"systemd-tmpfiles --create patd.conf",
			_("%s can be written by others than root: uid %u, mode %04o"),
			PAT_RUNTIME_DIR, (unsigned int)st.st_uid,
			(unsigned int)st.st_mode & PERMISSIONS);
	for (size_t i = 0; i < DOORS; i++)
		check_door(doctor, &doors[i]);
}

void doctor_clock(struct doctor *doctor)
{
	struct timex clock = { .modes = 0 }; /* only look */
	const int state = adjtimex(&clock);

	if (state < 0)
		found(&doctor->findings, LEVEL_UNSEEN, "clock", NULL, _("the clock: %s"),
			strerror(errno));
	else if (state == TIME_ERROR || (clock.status & STA_UNSYNC) != 0)
		found(&doctor->findings, LEVEL_WARNING, "clock",
			_("have it synchronised: tokens expire by it"),
			_("the clock is not synchronised"));
	else
		found(&doctor->findings, LEVEL_OK, "clock", NULL, _("the clock is synchronised"));
}

/* Where units are, the administrator's first. */
static const char *const unit_folders[] = {
	"/etc/systemd/system",
	"/run/systemd/system",
	"/usr/local/lib/systemd/system",
	"/usr/lib/systemd/system",
	"/lib/systemd/system",
};
#define UNIT_FOLDERS (sizeof(unit_folders) / sizeof(unit_folders[0]))

static bool is_in(const struct sysroot *root, const char *below, const char *unit)
{
	for (size_t i = 0; i < UNIT_FOLDERS; i++) {
		cleanup_text char *path = text_format("%s%s/%s", unit_folders[i], below, unit);
		struct stat st;

		if (sysroot_lstat(root, path, &st) == 0)
			return true;
	}
	return false;
}

/* "systemctl mask" makes a link to /dev/null, which needs no /dev to be told. */
static bool is_masked(const struct sysroot *root, const char *unit)
{
	static const char null[] = "/dev/null";
	char to[sizeof(null)];
	cleanup_text char *path = text_format("%s/%s", unit_folders[0], unit);
	int fd = sysroot_open(root, path, O_PATH | O_NOFOLLOW);
	ssize_t n;

	if (fd < 0)
		return false;
	n = readlinkat(fd, "", to, sizeof(to));
	close(fd);
	return n == sizeof(null) - 1 && memcmp(to, null, (size_t)n) == 0;
}

void doctor_units(struct doctor *doctor)
{
	for (size_t i = 0; i < DOORS; i++) {
		const char *unit = doors[i].unit;

		if (!is_in(doctor->root, "", unit))
			found(&doctor->findings, LEVEL_PROBLEM, "unit", _("install patd anew"),
				_("systemd has no unit %s"), unit);
		else if (is_masked(doctor->root, unit))
			found(&doctor->findings, LEVEL_PROBLEM, "unit",
				"systemctl unmask patd-root.socket patd-user.socket",
				_("%s is masked"), unit);
		else if (!is_in(doctor->root, "/sockets.target.wants", unit))
			found(&doctor->findings, LEVEL_WARNING, "unit",
				"systemctl enable --now patd-root.socket patd-user.socket",
				_("%s does not start with the machine"), unit);
		else
			found(&doctor->findings, LEVEL_OK, "unit", NULL, _("%s is enabled"), unit);
	}
}

static const char *const credentials[] = {
	"/etc/credstore.encrypted/patd.key",
	"/etc/credstore/patd.key",
};
#define CREDENTIALS (sizeof(credentials) / sizeof(credentials[0]))
#define CREDENTIAL_RUNNING "/run/credentials/patd.service/patd.key"

/* Whether the key is there as a credential; tells whether it is root's alone. */
static bool check_credential(struct doctor *doctor, const char *path)
{
	struct stat st;
	int r = sysroot_lstat(doctor->root, path, &st);

	if (r == -ENOENT)
		return false;
	if (r < 0)
		found(&doctor->findings, LEVEL_UNSEEN, "key", r == -EACCES ? _("root may") : NULL,
			"%s: %s", path, strerror(-r));
	else if (!S_ISREG(st.st_mode) || st.st_uid != 0 || (st.st_mode & 077) != 0)
		found(&doctor->findings, LEVEL_PROBLEM, "key", _("chown root and chmod 0600 it"),
			_("%s is not root's alone: uid %u, mode %04o"), path,
			(unsigned int)st.st_uid, (unsigned int)st.st_mode & PERMISSIONS);
	else
		found(&doctor->findings, LEVEL_OK, "key", NULL,
			_("the key is a credential: %s is root's alone"), path);
	return r == 0;
}

/* The one that is found, or NULL. */
static const char *check_credentials(struct doctor *doctor)
{
	const char *path = NULL;

	for (size_t i = 0; i < CREDENTIALS; i++)
		if (check_credential(doctor, credentials[i]) && !path)
			path = credentials[i];
	if (path && sysroot_has(doctor->root, KEY_PATH))
		found(&doctor->findings, LEVEL_WARNING, "key",
			_("if tokens work, keep a backup of the file and remove it; else remove "
			  "the credential"),
			_("the key is there twice: %s wins over %s"), path, KEY_PATH);
	return path;
}

/* Whether patd's folder can be seen, and is patd's alone; false after having told why not. */
static bool check_state_dir(struct doctor *doctor, const char *check, struct stat *ret)
{
	int r = sysroot_lstat(doctor->root, PAT_STATE_DIR, ret);

	if (r == -ENOENT)
		found(&doctor->findings, LEVEL_UNSEEN, check, NULL,
			_("%s is not there: patd makes it when it first starts"), PAT_STATE_DIR);
	else if (r < 0)
		found(&doctor->findings, LEVEL_UNSEEN, check, NULL, PAT_STATE_DIR ": %s",
			strerror(-r));
	return r == 0;
}

static void no_key(struct doctor *doctor, const char *credential)
{
	if (credential)
		return;
	if (sysroot_has(doctor->root, CREDENTIAL_RUNNING))
		found(&doctor->findings, LEVEL_OK, "key", NULL, _("the key is a credential"));
	else if (sysroot_has(doctor->root, DATABASE_PATH))
		found(&doctor->findings, LEVEL_WARNING, "key",
			_("if it is not handed to patd as a credential, restore it from a backup"),
			_("there is a database, and no %s"), KEY_PATH);
	else
		found(&doctor->findings, LEVEL_UNSEEN, "key", NULL,
			_("there is none: patd makes one when it first starts"));
}

void doctor_key(struct doctor *doctor)
{
	const char *credential = check_credentials(doctor);
	struct stat folder, st;
	int r;

	if (!check_state_dir(doctor, "key", &folder))
		return;
	if ((folder.st_mode & 077) != 0)
		found(&doctor->findings, LEVEL_WARNING, "key", "chmod 0700 " PAT_STATE_DIR,
			_("%s can be seen by others: mode %04o"), PAT_STATE_DIR,
			(unsigned int)folder.st_mode & PERMISSIONS);
	r = sysroot_lstat(doctor->root, KEY_PATH, &st);
	if (r == -ENOENT)
		no_key(doctor, credential);
	else if (r < 0)
		found(&doctor->findings, LEVEL_UNSEEN, "key", r == -EACCES ? _("root may") : NULL,
			KEY_PATH ": %s", strerror(-r));
	else if (!S_ISREG(st.st_mode) || st.st_uid != folder.st_uid || (st.st_mode & 077) != 0)
		found(&doctor->findings, LEVEL_PROBLEM, "key",
			_("patd refuses it: chown patd and chmod 0600 it"),
			_("%s is not patd's alone: uid %u, mode %04o"), KEY_PATH,
			(unsigned int)st.st_uid, (unsigned int)st.st_mode & PERMISSIONS);
	else if (st.st_size != KEY_LEN)
		found(&doctor->findings, LEVEL_PROBLEM, "key", _("restore it from a backup"),
			_("%s does not have %d bytes"), KEY_PATH, KEY_LEN);
	else
		found(&doctor->findings, LEVEL_OK, "key", NULL, _("%s is patd's alone"), KEY_PATH);
}

static void check_room(struct doctor *doctor)
{
	int fd = sysroot_open(doctor->root, PAT_STATE_DIR, O_PATH);
	struct statvfs room;
	uint64_t bytes;

	if (fd < 0)
		return;
	if (fstatvfs(fd, &room) == 0) {
		bytes = (uint64_t)room.f_bavail * room.f_frsize;
		if (bytes < ROOM_LOW)
			found(&doctor->findings, bytes < ROOM_OUT ? LEVEL_PROBLEM : LEVEL_WARNING,
				"database", _("make room: a full disk stops all but a last revoke"),
				_("where %s is, %u MiB are left"), PAT_STATE_DIR,
				(unsigned int)(bytes / MEBIBYTE));
	}
	close(fd);
}

void doctor_database(struct doctor *doctor)
{
	struct stat folder, st;
	int r;

	if (!check_state_dir(doctor, "database", &folder))
		return;
	r = sysroot_lstat(doctor->root, DATABASE_PATH, &st);
	if (r == -ENOENT)
		found(&doctor->findings, LEVEL_UNSEEN, "database", NULL,
			_("there is none: patd makes one when it first starts"));
	else if (r < 0)
		found(&doctor->findings, LEVEL_UNSEEN, "database",
			r == -EACCES ? _("root may") : NULL, DATABASE_PATH ": %s", strerror(-r));
	else if (!S_ISREG(st.st_mode) || st.st_uid != folder.st_uid || (st.st_mode & 077) != 0)
		found(&doctor->findings, LEVEL_PROBLEM, "database",
			_("chown patd and chmod 0600 it"),
			_("%s is not patd's alone: uid %u, mode %04o"), DATABASE_PATH,
			(unsigned int)st.st_uid, (unsigned int)st.st_mode & PERMISSIONS);
	else
		found(&doctor->findings, LEVEL_OK, "database", NULL, _("%s is patd's alone"),
			DATABASE_PATH);
	check_room(doctor);
}
