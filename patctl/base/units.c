/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Querying, stopping and starting the units by systemctl(1). */
#include "patctl/base/units.h"

#include <stddef.h>
#include <unistd.h>

#include "patctl/base/program.h"

#define SERVICE 2 /* in the table; before it the sockets */

static const char *const names[UNITS] = {
	"patd-root.socket",
	"patd-front.socket",
	[SERVICE] = "patd.service",
};

bool units_available(void)
{
	/* See sd_booted(3). */
	return access("/run/systemd/system", F_OK) == 0;
}

void units_read(struct units *units)
{
	for (size_t i = 0; i < UNITS; i++) {
		const char *const argv[] = { "systemctl", "--quiet", "is-active", names[i], NULL };

		units->active[i] = program_run(argv, NULL);
	}
}

/* systemctl does it to those, if there are any, in one go. */
static bool run_on(const char *verb, const bool wanted[static UNITS])
{
	const char *argv[UNITS + 3] = { "systemctl", verb };
	size_t n = 2;

	for (size_t i = 0; i < UNITS; i++)
		if (wanted[i])
			argv[n++] = names[i];
	return n == 2 || program_run(argv, NULL);
}

bool units_stop(void)
{
	/* In one go: a socket that listens would start the service again. */
	return run_on("stop", (const bool[UNITS]) { true, true, true });
}

bool units_start(const struct units *units)
{
	bool pulled_in[UNITS] = { false };

	/* The service brings both sockets with it. */
	for (size_t i = 0; i < SERVICE; i++)
		pulled_in[i] = units->active[SERVICE] && !units->active[i];
	return run_on("start", units->active) && run_on("stop", pulled_in);
}
