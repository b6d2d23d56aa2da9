/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Checks on the bus: whether patd answers, and whether polkit and systemd know it. */
#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "common/bus.h"
#include "common/l10n.h"
#include "common/progress.h"
#include "patctl/base/text.h"
#include "patctl/base/timestamp.h"
#include "patctl/base/user_lookup.h"
#include "patctl/client/client.h"
#include "patctl/doctor/doctor.h"
#include "patctl/doctor/unit_file.h"

#define TIME_AHEAD 60 /* seconds by which a clock may be set back without a finding */

/* Over root.sock, which needs no bus. */
static void check_socket_answer(struct doctor *doctor)
{
	DBusError error = DBUS_ERROR_INIT;
	cleanup_records struct records records = { 0 };

	if (client_policy(doctor->client, &records, &error))
		found(doctor, LEVEL_OK, "daemon", NULL, _("patd answers root"));
	else
		found(doctor, LEVEL_PROBLEM, "daemon",
			_("see: systemctl status patd, journalctl -u patd"),
			_("patd does not answer root: %s"), text_translated(error.message));
	/* The other checks would each wait again. */
	if (dbus_error_is_set(&error))
		doctor->client = NULL;
	dbus_error_free(&error);
}

static void check_bus_answer(struct doctor *doctor)
{
	DBusError error = DBUS_ERROR_INIT;
	uint64_t now;

	if (!doctor->bus)
		found(doctor, LEVEL_PROBLEM, "daemon", _("see: systemctl status dbus"),
			_("users cannot reach patd: no connection to the system bus"));
	else if (client_now(doctor->bus, &now, &error))
		found(doctor, LEVEL_OK, "daemon", NULL, _("patd answers on the bus"));
	else
		found(doctor, LEVEL_PROBLEM, "daemon",
			_("see: systemctl status patd-bus patd, journalctl -u patd-bus -u patd"),
			_("patd does not answer on the bus: %s"), text_translated(error.message));
	if (dbus_error_is_set(&error) && !doctor->is_root)
		doctor->client = NULL;
	dbus_error_free(&error);
}

void doctor_daemon(struct doctor *doctor)
{
	if (doctor->asleep) {
		found(doctor, LEVEL_UNSEEN, "daemon", NULL,
			_("patd is not running, and a call would start it"));
		return;
	}
	if (doctor->is_root)
		check_socket_answer(doctor);
	check_bus_answer(doctor);
}

void doctor_users(struct doctor *doctor)
{
	static const char *const users[] = { DOCTOR_PATD, DOCTOR_FRONT };
	struct system_user user;

	for (size_t i = 0; i < sizeof(users) / sizeof(users[0]); i++) {
		const enum user_answer answer = user_lookup(users[i], DOCTOR_USER_LIMIT, &user);

		if (answer == USER_UNKNOWN)
			found(doctor, LEVEL_PROBLEM, "user", "systemd-sysusers",
				_("there is no user %s"), users[i]);
		else if (answer == USER_UNANSWERED)
			found(doctor, LEVEL_UNSEEN, "user", NULL,
				_("user %s could not be looked up"), users[i]);
	}
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
		  "tokens expire by it, and those with login hours are refused"),
		age);
}

static void verify_history(struct doctor *doctor)
{
	struct client_verification verified = { 0 };
	DBusError error = DBUS_ERROR_INIT;
	cleanup_text char *problem = NULL;
	struct progress progress;
	bool done;

	progress_begin(&progress, _("Checking the history"), doctor->quiet);
	done = client_verify(doctor->client, &progress, &verified, &error);
	progress_end(&progress);
	problem = text_format("%s", done && verified.problem ? verified.problem : "");
	text_free(&verified.problem);
	if (!done)
		found(doctor, LEVEL_UNSEEN, "history", NULL, _("it cannot be verified: %s"),
			text_translated(error.message));
	else if (verified.bad)
		found(doctor, LEVEL_PROBLEM, "history",
			_("find out who can write to the database: see patd(8), NOTES"),
			_("the history was altered at entry %" PRIu64 ": %s"), verified.bad,
			text_translated(problem));
	else
		found(doctor, LEVEL_OK, "history", NULL, _("no entry of the history was altered"));
	dbus_error_free(&error);
}

/* What patd has noticed by itself. */
void doctor_history_break(struct doctor *doctor)
{
	DBusError error = DBUS_ERROR_INIT;
	uint64_t seq = 0;

	if (!doctor->client || !doctor->is_root)
		return;
	if (client_history_break(doctor->client, &seq, &error) && seq != 0)
		found(doctor, LEVEL_PROBLEM, "history",
			_("see: patctl log --verify, and patd(8), NOTES"),
			_("the history was altered outside of patd, at entry %llu or before it; "
			  "patd does not remove old entries any more"),
			(unsigned long long)seq);
	dbus_error_free(&error);
}

/* Of root alone: other users may not verify the history. */
void doctor_history(struct doctor *doctor)
{
	doctor_history_break(doctor);
	if (doctor->client && doctor->is_root)
		verify_history(doctor);
}

static bool bus_policy_is_there(const struct sysroot *root)
{
	return sysroot_has(root, "/usr/share/dbus-1/system.d/" PAT_BUS_NAME ".conf") ||
	       sysroot_has(root, "/etc/dbus-1/system.d/" PAT_BUS_NAME ".conf");
}

static void check_owner(struct doctor *doctor, uint32_t uid)
{
	struct system_user front;

	if (user_lookup(DOCTOR_FRONT, DOCTOR_USER_LIMIT, &front) == USER_FOUND && front.uid == uid)
		found(doctor, LEVEL_OK, "name", NULL, _("user %s owns %s"), DOCTOR_FRONT,
			PAT_BUS_NAME);
	else
		found(doctor, uid == 0 ? LEVEL_WARNING : LEVEL_PROBLEM, "name",
			_("only patd-bus.service should own it: see systemctl status patd-bus"),
			_("uid %u owns %s, not user %s"), uid, PAT_BUS_NAME, DOCTOR_FRONT);
}

/* Of a file that somebody does not know: either it is not there, or it was not read. */
static const char *unread_advice(const struct doctor *doctor, const char *path, const char *reading)
{
	return sysroot_has(doctor->root, path) ? reading : _("reinstall patd");
}

void doctor_name(struct doctor *doctor)
{
	DBusError error = DBUS_ERROR_INIT;
	bool activatable;
	uint32_t uid;

	if (!bus_policy_is_there(doctor->root))
		found(doctor, LEVEL_WARNING, "name", _("reinstall patd"),
			_("no policy of the bus allows patd-bus to own %s"), PAT_BUS_NAME);
	if (!doctor->bus)
		return;
	if (client_owner(doctor->bus, &uid, &error))
		check_owner(doctor, uid);
	dbus_error_free(&error);
	if (client_activatable(doctor->bus, &activatable, &error) && !activatable)
		found(doctor, LEVEL_WARNING, "name",
			unread_advice(doctor,
				"/usr/share/dbus-1/system-services/" PAT_BUS_NAME ".service",
				"systemctl reload dbus"),
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

	if (!doctor->bus)
		return;
	if (!client_actions(doctor->bus, &ids, &error)) {
		found(doctor, LEVEL_WARNING, "polkit", _("install and start polkit"),
			_("only root can generate tokens: polkit cannot be asked: %s"),
			text_translated(error.message));
		dbus_error_free(&error);
		return;
	}
	for (size_t i = 0; i < sizeof(ours) / sizeof(ours[0]); i++)
		if (!contains(ids, ours[i])) {
			found(doctor, LEVEL_PROBLEM, "polkit",
				unread_advice(doctor,
					"/usr/share/polkit-1/actions/org.patd.tokens1.policy",
					"systemctl restart polkit"),
				_("polkit does not know the action %s"), ours[i]);
			missing = true;
		}
	if (!missing)
		found(doctor, LEVEL_OK, "polkit", NULL, _("polkit knows patd's actions"));
}

#define AGENT_SOCKET "polkit-agent-helper.socket"

static bool is_setuid(const struct sysroot *root, const char *path)
{
	struct stat st;

	return sysroot_stat(root, path, 0, &st) == 0 && (st.st_mode & S_ISUID) != 0;
}

/* NULL: it listens.  "systemctl mask --now" leaves the file of the socket behind. */
static const char *agent_remedy(const struct sysroot *root)
{
	struct stat st;

	if (unit_is_masked(root, AGENT_SOCKET))
		return "systemctl unmask " AGENT_SOCKET " && systemctl start " AGENT_SOCKET;
	return sysroot_stat(root, "/run/polkit/agent-helper.socket", 0, &st) == -ENOENT
		       ? "systemctl start " AGENT_SOCKET
		       : NULL;
}

/*
 * polkit 128 has a socket start the helper that checks the password for a dialog, as root.  It is
 * not there while its unit is stopped; then agents try the helper itself, which was setuid before.
 */
void doctor_polkit_agent(struct doctor *doctor)
{
	const char *remedy = agent_remedy(doctor->root);

	if (remedy && sysroot_has(doctor->root, "/usr/lib/systemd/system/" AGENT_SOCKET) &&
		!is_setuid(doctor->root, "/usr/lib/polkit-1/polkit-agent-helper-1"))
		found(doctor, LEVEL_PROBLEM, "polkit", remedy,
			_("only root can generate tokens: polkit's dialogs fail while %s is "
			  "stopped"),
			AGENT_SOCKET);
}
