/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Checks of the fleet: patd-fleet, its connection to the hub, and the issuers that are trusted. */
#include <inttypes.h>
#include <string.h>

#include "common/l10n.h"
#include "patctl/base/text.h"
#include "patctl/client/client.h"
#include "patctl/client/verifiers.h"
#include "patctl/doctor/doctor.h"
#include "patctl/doctor/doctor_hub.h"
#include "patctl/doctor/unit_file.h"
#include "patctl/print/output_context.h"

#define CHECK "fleet"
#define SERVICE "patd-fleet.service"
#define SOCKET "patd-fleet.socket"
#define NONE "none" /* in patd.conf */

/* In seconds: a heartbeat comes each half minute, and takes no time. */
#define LATE 120U
#define AHEAD 30U

#define COMPARE_KEY                                                                                    \
	N_("compare its name and key in patd.conf with those that \"patctl fleet\" shows there; see: " \
	   "journalctl -u patd")

struct fleet {
	struct doctor *doctor;
	struct answer_fleet answer;
	struct records issuers;
	const struct records *settings;
	struct output_context context;
};

/* The setting; NULL: it is not given. */
static const char *given(const struct records *settings, const char *key)
{
	const char *value = setting_value(settings, key);

	return value && strcmp(value, NONE) != 0 ? value : NULL;
}

static bool trusts_any(const struct records *settings)
{
	static const char prefix[] = "issuer.";
	const struct setting_row *rows = settings->items;

	for (size_t i = 0; i < settings->n; i++)
		if (strncmp(rows[i].key, prefix, sizeof(prefix) - 1) == 0)
			return true;
	return false;
}

/* False: nothing of a fleet is set, or, after a finding, too little. */
static bool is_set_up(struct doctor *doctor, const struct records *settings)
{
	const bool hub = given(settings, "fleet.hub"),
		   any = given(settings, "fleet.issuer") || trusts_any(settings);

	if (!hub && any)
		found(doctor, LEVEL_WARNING, CHECK, _("set hub in section [fleet] of patd.conf"),
			_("patd.conf names an issuer of fleet tokens and no hub, so that none comes "
			  "or goes"));
	else if (hub && !any)
		found(doctor, LEVEL_WARNING, CHECK,
			_("name the issuers that this machine trusts in patd.conf: [issuer NAME]"),
			_("patd.conf names a hub and no issuer, so that no fleet token is accepted"));
	return hub && any;
}

/* --- patd-fleet --- */

static void check_service(struct doctor *doctor)
{
	if (unit_is_masked(doctor->root, SERVICE) || unit_is_masked(doctor->root, SOCKET))
		found(doctor, LEVEL_PROBLEM, "unit", "systemctl unmask " SERVICE " " SOCKET,
			_("%s is masked"),
			unit_is_masked(doctor->root, SERVICE) ? SERVICE : SOCKET);
	else if (!unit_is_in(doctor->root, "/multi-user.target.wants", SERVICE))
		found(doctor, LEVEL_WARNING, "unit", "systemctl enable " SERVICE,
			_("%s does not start at boot"), SERVICE);
	else
		found(doctor, LEVEL_OK, "unit", NULL, _("%s is enabled"), SERVICE);
}

/* Another supervisor than systemd may run it. */
static void check_unit(const struct fleet *fleet)
{
	struct doctor *doctor = fleet->doctor;

	if (unit_is_in(doctor->root, "", SERVICE))
		check_service(doctor);
	else if (!fleet->answer.attached)
		found(doctor, LEVEL_PROBLEM, "unit", _("install the package patd-fleet"),
			_("systemd has no unit %s"), SERVICE);
}

static void check_connection(const struct fleet *fleet)
{
	const struct answer_fleet *answer = &fleet->answer;
	cleanup_text char *since = format_time_and_age(&fleet->context, answer->since);
	struct doctor *doctor = fleet->doctor;

	if (!answer->attached)
		found(doctor, LEVEL_PROBLEM, CHECK,
			_("systemctl start patd-fleet; see: journalctl -u patd-fleet"),
			_("patd-fleet is not connected to patd, so that nothing comes from the hub"));
	else if (answer->since == 0)
		found(doctor, LEVEL_UNSEEN, CHECK, NULL,
			_("patd-fleet has not reported yet whether it reaches the hub"));
	else if (!answer->connected)
		found(doctor, LEVEL_WARNING, CHECK, _("see: journalctl -u patd-fleet"),
			_("patd-fleet has not reached the hub since %s: %s"), since, answer->error);
	else if (answer->error[0] != '\0')
		found(doctor, LEVEL_WARNING, CHECK, _("see: journalctl -u patd-fleet -u patd"),
			_("patd-fleet is connected to the hub, and reports: %s"), answer->error);
	else
		found(doctor, LEVEL_OK, CHECK, NULL,
			_("patd-fleet is connected to the hub since %s"), since);
}

/* --- issuers --- */

/* The others get the same file, perhaps: then a wrong key of this one matters. */
static void check_own(const struct fleet *fleet, const char *name)
{
	cleanup_text char *setting = text_format("issuer.%s.key", name);
	const char *keys = setting_value(fleet->settings, setting);

	if (keys && !strstr(keys, fleet->answer.key))
		found(fleet->doctor, LEVEL_WARNING, CHECK,
			_("write the key that \"patctl fleet\" shows, or remove the section"),
			_("section [issuer %s] of patd.conf is about this machine, and has not its "
			  "key"),
			name);
}

/* Its tokens are refused here. */
static void found_refused(const struct fleet *fleet, const struct fleet_issuer_row *issuer)
{
	cleanup_text char *at = format_time_and_age(&fleet->context, issuer->beat_at);
	const uint64_t now = fleet->context.now, beat = issuer->beat_at;
	struct doctor *doctor = fleet->doctor;

	if (beat == 0)
		found(doctor, LEVEL_PROBLEM, CHECK, _(COMPARE_KEY),
			_("nothing has come of the issuer %s, whose tokens are refused"),
			issuer->name);
	else if (!issuer->complete)
		found(doctor, LEVEL_PROBLEM, CHECK,
			_("patd-fleet fetches all again; if that does not help, see: journalctl -u "
			  "patd -u patd-fleet"),
			_("not all that the issuer %s has signed is here, and its tokens are "
			  "refused"),
			issuer->name);
	/* Nothing is wrong with it but who has signed it. */
	else if (beat <= now + AHEAD && beat + LATE >= now)
		found(doctor, LEVEL_PROBLEM, CHECK, _(COMPARE_KEY),
			_("the latest heartbeat of the issuer %s is signed with a key that "
			  "patd.conf does not have, and its tokens are refused"),
			issuer->name);
	else
		found(doctor, LEVEL_PROBLEM, CHECK,
			_("see \"patctl fleet\" there; compare the clocks, and its key with that "
			  "in patd.conf"),
			_("the latest heartbeat of the issuer %s is of %s, and its tokens are "
			  "refused"),
			issuer->name, at);
}

static void check_issuer(const struct fleet *fleet, const struct fleet_issuer_row *issuer)
{
	const uint64_t now = fleet->context.now, beat = issuer->beat_at;
	cleanup_text char *at = format_time_and_age(&fleet->context, beat);
	struct doctor *doctor = fleet->doctor;

	if (strcmp(issuer->standing, "accepted") != 0)
		found_refused(fleet, issuer);
	else if (beat > now + AHEAD)
		found(doctor, LEVEL_WARNING, CHECK,
			_("set the clocks of both machines, and keep them synchronised"),
			_("the clock of the issuer %s is %" PRIu64 " seconds ahead of this "
			  "machine's; with more than 300 its tokens are refused"),
			issuer->name, beat - now);
	else if (beat + LATE < now)
		found(doctor, LEVEL_WARNING, CHECK,
			_("see \"patctl fleet\" there, and compare the clocks"),
			_("the latest heartbeat of the issuer %s is of %s; %s after it, its tokens "
			  "are refused"),
			issuer->name, at, setting_value(fleet->settings, "fleet.max_staleness"));
	else
		found(doctor, LEVEL_OK, CHECK, NULL,
			_("all that the issuer %s has signed is here, as of %s"), issuer->name, at);
}

static void check_issuers(const struct fleet *fleet)
{
	const struct fleet_issuer_row *issuers = fleet->issuers.items;

	for (size_t i = 0; i < fleet->issuers.n; i++) {
		if (strcmp(issuers[i].name, fleet->answer.issuer) == 0)
			check_own(fleet, issuers[i].name);
		else
			check_issuer(fleet, &issuers[i]);
	}
}

static void check_name(const struct fleet *fleet)
{
	if (fleet->answer.host[0] == '\0')
		found(fleet->doctor, LEVEL_PROBLEM, CHECK,
			_("set host in section [fleet] of patd.conf"),
			_("this machine has no name in its fleet: its host name can be none"));
}

static void ask(struct doctor *doctor, const struct records *settings)
{
	struct fleet fleet = {
		.doctor = doctor,
		.settings = settings,
		.context = output_context_for(NULL),
	};
	DBusError error = DBUS_ERROR_INIT;

	if (!client_fleet(doctor->client, &fleet.answer, &fleet.issuers, &error)) {
		found(doctor, LEVEL_UNSEEN, CHECK, NULL,
			_("how this machine stands in its fleet: %s"),
			text_translated(error.message));
		dbus_error_free(&error);
		return;
	}
	check_name(&fleet);
	check_unit(&fleet);
	check_connection(&fleet);
	doctor_hub_files(doctor, given(settings, "fleet.hub"));
	check_issuers(&fleet);
	records_clear(&fleet.issuers);
}

void doctor_fleet(struct doctor *doctor)
{
	DBusError error = DBUS_ERROR_INIT;
	cleanup_records struct records settings = { 0 };

	if (!doctor->client || !client_policy(doctor->client, &settings, &error)) {
		dbus_error_free(&error);
		return;
	}
	if (!is_set_up(doctor, &settings))
		return;
	if (doctor->is_root)
		ask(doctor, &settings);
	else
		found(doctor, LEVEL_UNSEEN, CHECK, _("needs root"),
			_("how this machine stands in its fleet"));
}
