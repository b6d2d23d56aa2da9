/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* patctl doctor: the table of its checks, and their run. */
#include "patctl/doctor/doctor.h"

#include <string.h>
#include <unistd.h>

#include "common/l10n.h"
#include "patctl/base/text.h"
#include "patctl/cli/verb.h"
#include "patctl/print/json.h"

static const struct option_info option_root = { "root", "DIR",
	N_("check the system under DIR, such as an image"), 0 };

/* In the order of output. */
static const struct {
	void (*look)(struct doctor *doctor);
	bool image; /* also for an image, where nothing runs */
} checks[] = {
	{ doctor_sockets, false },
	{ doctor_daemon, false },
	{ doctor_users, false },
	{ doctor_name, false },
	{ doctor_units, true },
	{ doctor_polkit, false },
	{ doctor_polkit_agent, false },
	{ doctor_policy, false },
	{ doctor_key, true },
	{ doctor_database, true },
	{ doctor_clock, false },
	{ doctor_time, false },
	{ doctor_history, false },
	{ doctor_accounts, false },
	{ doctor_fleet, false },
	{ doctor_faillock, false },
	{ doctor_pam, true },
};

static void print_json(struct doctor *doctor)
{
	json_t *object = json_must(json_object());

	json_add(object, "findings", findings_json(&doctor->findings));
	json_add(object, "services", json_incref(doctor->services));
	json_line(object);
}

#define BUS_LIMIT 2000 /* milliseconds for each answer of a bus that may be dead or flooded */

static enum outcome run(const struct command *command)
{
	DBusError error = DBUS_ERROR_INIT;
	cleanup_client struct client *bus = NULL, *root_client = NULL;
	cleanup_sysroot struct sysroot root = { .fd = -1 };
	struct doctor doctor = { .root = &root };
	enum outcome outcome;
	int r = sysroot_new(command_value(command, &option_root), &root);

	if (r < 0) {
		complain(_("--root: %s"), strerror(-r));
		return OUTCOME_USAGE;
	}
	doctor.services = json_must(json_array());
	if (!root.image) {
		bus = client_new_bus(BUS_LIMIT, &error);
		dbus_error_free(&error);
	}
	/* Root asks patd without the bus. */
	if (!root.image && geteuid() == 0)
		root_client = client_new(NULL, false, &error);
	doctor.client = root_client ? root_client : bus;
	doctor.bus = bus;
	doctor.is_root = root_client != NULL;
	doctor.quiet =
		command_given(command, &option_quiet) || command_given(command, &option_json);
	for (size_t i = 0; i < sizeof(checks) / sizeof(checks[0]); i++)
		if (checks[i].image || !root.image)
			checks[i].look(&doctor);

	if (command_given(command, &option_json))
		print_json(&doctor);
	else
		findings_print(&doctor.findings, command_given(command, &option_quiet));
	outcome = findings_worst(&doctor.findings) == LEVEL_PROBLEM ? OUTCOME_FAILED : OUTCOME_DONE;
	findings_clear(&doctor.findings);
	records_clear(&doctor.settings);
	json_decref(doctor.services);
	return outcome;
}

const struct verb verb_doctor = {
	.name = "doctor",
	.operands = "",
	.options = OPTIONS(&option_root, &option_json, &option_output, &option_quiet),
	.run = run,
	.summary = N_("find problems of the setup and suggest fixes"),
	.help = { N_("Checks patd, its sockets, units, files and settings, polkit, the clock and the\n"
		     "fleet, and whether every PAM service with pam_pat.so accepts a token and a\n"
		     "password, also while patd is down.  Changes nothing and calls no PAM module.\n"),
		N_("Each check prints a line: ok, warning, problem, or unseen if it needs root.  The\n"
		   "exit status is 1 if there is a problem.  With --quiet, doctor prints only\n"
		   "warnings and problems.\n") },
	.examples = "  sudo patctl doctor\n"
		    "  patctl doctor --root=/mnt/image\n",
	.synonyms = { "diagnose", "health" },
};
