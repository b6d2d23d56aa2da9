/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Querying, stopping and starting the units by systemctl(1). */
#include "patctl/base/units.h"

#include <stddef.h>
#include <string.h>
#include <unistd.h>

#include "patctl/base/program.h"
#include "patctl/base/text.h"

#define LIMIT_MS 5000 /* for an answer of systemd */

#define SOCKETS 3 /* in the table; after them the services */
/* Its socket, which starts patd as well, and which no service brings with it. */
#define FLEET (SOCKETS + 2)

static const char *const names[UNITS] = {
	"patd-root.socket",
	"patd-front.socket",
	"patd-user.socket",
	[SOCKETS] = "patd.service",
	"patd-bus.service",
	[FLEET] = "patd-fleet.socket",
};

bool units_available(void)
{
	/* See sd_booted(3). */
	return access("/run/systemd/system", F_OK) == 0;
}

void units_read(struct units *units)
{
	*units = (struct units) { 0 };
	for (size_t i = 0; i < UNITS; i++) {
		const char *const argv[] = { "systemctl", "show", "--property=ActiveState",
			"--value", names[i], NULL };
		cleanup_text char *state = NULL;

		if (program_read(argv, NULL, LIMIT_MS, &state) != 0)
			continue;
		units->active[i] =
			strcmp(state, "active\n") == 0 || strcmp(state, "reloading\n") == 0;
		units->failing[i] =
			strcmp(state, "activating\n") == 0 || strcmp(state, "failed\n") == 0;
	}
}

bool units_running(const struct units *units)
{
	return units->active[SOCKETS] && units->active[SOCKETS + 1];
}

/* systemctl does it to those, if there are any, in one go. */
static bool run_on(const char *verb, const bool wanted[static UNITS])
{
	const char *argv[UNITS + 3] = { "systemctl", verb };
	size_t n = 2;

	for (size_t i = 0; i < UNITS; i++)
		if (wanted[i] && n < UNITS + 2) /* always, which gcc 16's analyser does not see */
			argv[n++] = names[i];
	return n == 2 || program_run(argv, NULL);
}

bool units_stop(const struct units *units)
{
	bool wanted[UNITS];

	/* In one go: a socket that listens, or patd-bus, would start patd again. */
	for (size_t i = 0; i < UNITS; i++)
		wanted[i] = i != FLEET || units->active[i];
	return run_on("stop", wanted);
}

bool units_start(const struct units *units)
{
	/* The next login would start it, and wait for it. */
	const bool failing = units->failing[SOCKETS] && units->active[0];
	const bool service = units->active[SOCKETS] || units->active[SOCKETS + 1] || failing;
	bool wanted[UNITS], pulled_in[UNITS] = { false };

	memcpy(wanted, units->active, sizeof(wanted));
	wanted[SOCKETS] |= failing;
	/* A service brings its sockets with it. */
	for (size_t i = 0; i < SOCKETS; i++)
		pulled_in[i] = service && !units->active[i];
	return run_on("start", wanted) && run_on("stop", pulled_in);
}
