/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* patctl doctor: the table of its checks, and their run. */
#include "patctl/doctor/doctor.h"

#include <string.h>

#include "common/l10n.h"
#include "patctl/base/text.h"
#include "patctl/cli/verbs.h"
#include "patctl/print/json.h"

/* In the order of output. */
static const struct {
	void (*look)(struct doctor *doctor);
	bool image; /* also for an image, where nothing runs */
} checks[] = {
	{ doctor_daemon, false },
	{ doctor_name, false },
	{ doctor_sockets, false },
	{ doctor_units, true },
	{ doctor_polkit, false },
	{ doctor_policy, false },
	{ doctor_key, true },
	{ doctor_database, true },
	{ doctor_clock, false },
	{ doctor_time, false },
	{ doctor_pam, true },
};

static void print_json(struct doctor *doctor)
{
	json_t *object = json_must(json_object());

	json_add(object, "findings", findings_json(&doctor->findings));
	json_add(object, "services", doctor->services);
	doctor->services = NULL;
	json_line(object);
}

enum outcome doctor_run(const struct command *command)
{
	DBusError error = DBUS_ERROR_INIT;
	cleanup_client struct client *client = NULL;
	cleanup_sysroot struct sysroot root = { .fd = -1 };
	struct doctor doctor = { .root = &root, .services = json_must(json_array()) };
	enum outcome outcome;
	int r = sysroot_new(command->root, &root);

	if (r < 0) {
		complain(_("--root: %s"), strerror(-r));
		json_decref(doctor.services);
		return OUTCOME_USAGE;
	}
	if (!root.image) {
		client = client_new(false, &error);
		dbus_error_free(&error);
	}
	doctor.client = client;
	for (size_t i = 0; i < sizeof(checks) / sizeof(checks[0]); i++)
		if (checks[i].image || !root.image)
			checks[i].look(&doctor);

	if (command->json)
		print_json(&doctor);
	else
		findings_print(&doctor.findings, command->quiet);
	outcome = findings_worst(&doctor.findings) == LEVEL_PROBLEM ? OUTCOME_FAILED : OUTCOME_DONE;
	findings_clear(&doctor.findings);
	json_decref(doctor.services);
	return outcome;
}
