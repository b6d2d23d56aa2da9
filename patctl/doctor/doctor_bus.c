/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Checks on the bus: whether patd answers, and whether polkit and systemd know it. */
#include <errno.h>
#include <pwd.h>
#include <string.h>
#include <time.h>

#include "common/bus.h"
#include "common/l10n.h"
#include "patctl/base/text.h"
#include "patctl/base/timestamp.h"
#include "patctl/client/client.h"
#include "patctl/doctor/doctor.h"

#define PATD_USER "patd"
#define TIME_AHEAD 60 /* seconds by which a clock may be set back without a finding */

void doctor_daemon(struct doctor *doctor)
{
	DBusError error = DBUS_ERROR_INIT;
	cleanup_records struct records records = { 0 };

	if (!doctor->client)
		found(doctor, LEVEL_PROBLEM, "daemon", _("see: systemctl status dbus"),
			_("patd cannot be reached: no connection to the system bus"));
	else if (client_policy(doctor->client, &records, &error))
		found(doctor, LEVEL_OK, "daemon", NULL, _("patd answers on the bus"));
	else
		found(doctor, LEVEL_PROBLEM, "daemon",
			_("see: systemctl status patd, journalctl -u patd"),
			_("patd does not answer on the bus: %s"), text_translated(error.message));
	dbus_error_free(&error);
}

/* patd's time never goes back: after a clock that was ahead, tokens expire early for a while. */
void doctor_time(struct doctor *doctor)
{
	DBusError error = DBUS_ERROR_INIT;
	cleanup_text char *age = NULL;
	uint64_t patd, machine;

	if (!doctor->client || !client_now(doctor->client, &patd, &error)) {
		dbus_error_free(&error);
		return;
	}
	machine = (uint64_t)time(NULL);
	if (patd <= machine + TIME_AHEAD)
		return;
	age = timestamp_age(patd, machine);
	found(doctor, LEVEL_WARNING, "clock",
		_("if the clock is correct now, see patd(8) for how to reset the time in patd"),
		_("the clock was once ahead, and patd keeps to that later time, which comes %s: "
		  "tokens expire by it"),
		age);
}

static bool bus_policy_is_there(const struct sysroot *root)
{
	return sysroot_has(root, "/usr/share/dbus-1/system.d/" PAT_BUS_NAME ".conf") ||
	       sysroot_has(root, "/etc/dbus-1/system.d/" PAT_BUS_NAME ".conf");
}

static void check_owner(struct doctor *doctor, uint32_t uid)
{
	const struct passwd *patd = getpwnam(PATD_USER);

	if (patd && patd->pw_uid == uid)
		found(doctor, LEVEL_OK, "name", NULL, _("user patd owns %s"), PAT_BUS_NAME);
	else
		found(doctor, uid == 0 ? LEVEL_WARNING : LEVEL_PROBLEM, "name",
			_("only patd.service should own it: see systemctl status patd"),
			_("uid %u owns %s, not user patd"), uid, PAT_BUS_NAME);
}

void doctor_name(struct doctor *doctor)
{
	DBusError error = DBUS_ERROR_INIT;
	bool activatable;
	uint32_t uid;

	if (!bus_policy_is_there(doctor->root))
		found(doctor, LEVEL_WARNING, "name", _("reinstall patd"),
			_("no policy of the bus allows patd to own %s"), PAT_BUS_NAME);
	if (!doctor->client)
		return;
	if (client_owner(doctor->client, &uid, &error))
		check_owner(doctor, uid);
	dbus_error_free(&error);
	if (client_activatable(doctor->client, &activatable, &error) && !activatable)
		found(doctor, LEVEL_WARNING, "name", _("reinstall patd, or: systemctl reload dbus"),
			_("the bus does not know how to start patd"));
	dbus_error_free(&error);
}

static bool contains(char *const *names, const char *name)
{
	for (; *names; names++)
		if (strcmp(*names, name) == 0)
			return true;
	return false;
}

void doctor_polkit(struct doctor *doctor)
{
	static const char *const ours[] = { "org.patd.tokens1.generate-own",
		"org.patd.tokens1.restore-own", "org.patd.tokens1.rotate-own",
		"org.patd.tokens1.manage-others", "org.patd.tokens1.set-policy" };
	DBusError error = DBUS_ERROR_INIT;
	cleanup_names char **ids = NULL;
	bool missing = false;

	if (!doctor->client)
		return;
	if (!client_actions(doctor->client, &ids, &error)) {
		found(doctor, LEVEL_WARNING, "polkit", _("install and start polkit"),
			_("only root can generate tokens: polkit cannot be asked: %s"),
			text_translated(error.message));
		dbus_error_free(&error);
		return;
	}
	for (size_t i = 0; i < sizeof(ours) / sizeof(ours[0]); i++)
		if (!contains(ids, ours[i])) {
			found(doctor, LEVEL_PROBLEM, "polkit",
				_("reinstall patd, or: systemctl restart polkit"),
				_("polkit does not know the action %s"), ours[i]);
			missing = true;
		}
	if (!missing)
		found(doctor, LEVEL_OK, "polkit", NULL, _("polkit knows patd's actions"));
}

/* The later of *when, microseconds since 1970, and the last change at path. */
static int take_later(const struct sysroot *root, const char *path, uint64_t *when)
{
	struct stat st;
	int r = sysroot_stat(root, path, 0, &st);
	uint64_t changed;

	if (r == -ENOENT)
		return 0;
	if (r < 0)
		return r;
	changed = (uint64_t)st.st_mtim.tv_sec * 1000000 + (uint64_t)st.st_mtim.tv_nsec / 1000;
	if (changed > *when)
		*when = changed;
	return 0;
}

/* The last change of patd.conf(5); 0 if there is none. */
static int read_configured(const struct sysroot *root, uint64_t *ret)
{
	static const char folder[] = PAT_CONF_DIR "/patd.conf.d";
	cleanup_names char **names = NULL;
	int r = take_later(root, PAT_CONF_DIR "/patd.conf", ret);

	if (r < 0)
		return r;
	r = take_later(root, folder, ret);
	if (r < 0)
		return r;
	r = sysroot_list(root, folder, &names);
	if (r < 0)
		return r == -ENOENT ? 0 : r;
	for (char **name = names; *name; name++) {
		cleanup_text char *path = text_format("%s/%s", folder, *name);

		r = take_later(root, path, ret);
		if (r < 0)
			return r;
	}
	return 0;
}

void doctor_policy(struct doctor *doctor)
{
	DBusError error = DBUS_ERROR_INIT;
	uint64_t changed, configured = 0;
	int r = read_configured(doctor->root, &configured);

	if (!doctor->client)
		return;
	if (r < 0)
		found(doctor, LEVEL_UNSEEN, "policy", NULL, PAT_CONF_DIR ": %s", strerror(-r));
	else if (!client_changed(doctor->client, &changed, &error) || changed == 0)
		found(doctor, LEVEL_UNSEEN, "policy", _("see: patctl policy"),
			_("systemd does not report when patd read its settings"));
	else if (configured > changed)
		found(doctor, LEVEL_WARNING, "policy", "systemctl reload patd",
			_("%s was changed since patd read it"), PAT_CONF_DIR);
	else
		found(doctor, LEVEL_OK, "policy", NULL, _("patd uses the current %s"),
			PAT_CONF_DIR);
	dbus_error_free(&error);
}
