/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Asking systemd about the services of patd, and patd about its configuration. */
#include "patctl/base/startup.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/l10n.h"
#include "patctl/base/config_check.h"
#include "patctl/base/program.h"
#include "patctl/base/text.h"
#include "patctl/base/units.h"

#define LIMIT_MS 2000 /* for systemd to answer */

/* What systemd says of a unit. */
struct unit_state {
	bool masked, runs, starts, failed;
	unsigned long tries;
	char reason[400]; /* that the service gave for not starting, or "" */
};

/* The value of a line "KEY=VALUE" of text, up to its end; NULL: there is none. */
static const char *value_of(const char *text, const char *key)
{
	const size_t len = strlen(key);

	for (const char *line = text; line; line = strchr(line, '\n')) {
		line += *line == '\n';
		if (strncmp(line, key, len) == 0 && line[len] == '=')
			return line + len + 1;
	}
	return NULL;
}

static bool has(const char *text, const char *key, const char *begin)
{
	const char *value = value_of(text, key);

	return value && strncmp(value, begin, strlen(begin)) == 0;
}

static void copy_line(const char *value, char *to, size_t size)
{
	if (value)
		(void)snprintf(to, size, "%.*s", (int)strcspn(value, "\n"), value);
}

/* False: systemd does not answer. */
static bool read_state(const char *unit, struct unit_state *ret)
{
	const char *const argv[] = { "systemctl", "show", "--property=LoadState,ActiveState",
		"--property=SubState,Result,NRestarts,StatusText,ExecMainStatus", unit, NULL };
	cleanup_text char *text = NULL;
	const char *tries;

	if (program_read(argv, NULL, LIMIT_MS, &text) != 0)
		return false;
	tries = value_of(text, "NRestarts");
	*ret = (struct unit_state) {
		.masked = has(text, "LoadState", "masked"),
		.runs = has(text, "ActiveState", "active\n"),
		.starts = has(text, "ActiveState", "activating\n"),
		/* A patd that crashed, and so has another result, is back in a moment; so is one
		 * whose key could not be decrypted (243): patd-key.service looks after that. */
		.failed = has(text, "ActiveState", "failed") ||
			  (has(text, "SubState", "auto-restart") &&
				  !has(text, "ExecMainStatus", "243\n") &&
				  !has(text, "Result", "signal") &&
				  !has(text, "Result", "core-dump") &&
				  !has(text, "Result", "watchdog")),
		.tries = tries ? strtoul(tries, NULL, 10) : 0,
	};
	if (!ret->runs)
		copy_line(value_of(text, "StatusText"), ret->reason, sizeof(ret->reason));
	return true;
}

/* NULL: that is not why. */
static char *configuration_problem(void)
{
	cleanup_names char **lines = NULL;
	bool good;

	if (config_check(&good, &lines) < 0 || good || !lines[0])
		return NULL;
	return text_format(_("patd does not start: %s"), lines[0]);
}

static const char *const units[] = { "patd.service", "patd-bus.service" };

/* While patd-bus is there it tries to start patd, and the reason may be that of an earlier patd. */
static bool is_tried(bool front)
{
	struct unit_state bus;

	return front && read_state(units[1], &bus) && (bus.runs || bus.starts);
}

static char *unit_failure(struct startup *startup, size_t at, bool front)
{
	const char *unit = units[at];
	struct unit_state state;
	char *why;

	if (!read_state(unit, &state)) {
		startup->runs = true;
		return NULL;
	}
	if (state.masked)
		return text_format(_("%s is masked; to undo it: systemctl unmask %s"), unit, unit);
	startup->runs = startup->runs && state.runs;
	if (!state.failed && state.reason[0] == '\0')
		return NULL;
	why = at == 0 ? configuration_problem() : NULL; /* patd-bus reads none */
	if (why)
		return why;
	if (state.reason[0] != '\0') {
		cleanup_text char *safe = text_safe(state.reason);

		return is_tried(front) ? NULL : text_format(_("patd does not start: %s"), safe);
	}
	/* Once may be an accident. */
	if (startup->units[at].failed && state.tries != startup->units[at].tries)
		return text_format(_("%s does not start: see journalctl -u %s"), unit, unit);
	if (!startup->units[at].failed)
		startup->units[at].tries = state.tries;
	startup->units[at].failed = true;
	return NULL;
}

char *startup_failure(struct startup *startup, bool front)
{
	char *why;

	if (startup->runs || !units_available())
		return NULL;
	startup->runs = true;
	why = unit_failure(startup, 0, front);
	if (!why && front)
		why = unit_failure(startup, 1, false);
	return why;
}
