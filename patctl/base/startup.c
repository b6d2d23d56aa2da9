/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Asking systemd about the services of patd, and patd about its configuration. */
#include "patctl/base/startup.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/l10n.h"
#include "patctl/base/config_check.h"
#include "patctl/base/monotonic.h"
#include "patctl/base/program.h"
#include "patctl/base/text.h"
#include "patctl/base/units.h"

#define LIMIT_MS 2000     /* for systemd to answer */
#define END_LIMIT_MS 2000 /* for a patd to run or fail */
#define END_LOOK_MS 100

/* What systemd says of a unit. */
struct unit_state {
	bool masked, runs;
	bool starts;          /* or will in a moment */
	bool failed;          /* to start, and is left alone until somebody wants it */
	bool retried;         /* by a Restart= of the administrator's */
	unsigned long tries;  /* by systemd */
	unsigned long status; /* with which the latest process ended */
	char result[24];      /* how it did, in a word of systemd */
	char reason[400];     /* that it gave for that, or "" */
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

static unsigned long number(const char *text, const char *key)
{
	const char *value = value_of(text, key);

	return value ? strtoul(value, NULL, 10) : 0;
}

static void copy_value(char *ret, size_t size, const char *text, const char *key)
{
	const char *value = value_of(text, key);

	(void)snprintf(
		ret, size, "%.*s", value ? (int)strcspn(value, "\n") : 0, value ? value : "");
}

/* Whether it was ready after it was started last, so that it crashed later. */
static bool has_run(const char *text)
{
	return number(text, "ActiveEnterTimestampMonotonic") >
	       number(text, "InactiveExitTimestampMonotonic");
}

/* False: systemd does not answer. */
static bool read_state(const char *unit, struct unit_state *ret)
{
	const char *const argv[] = { "systemctl", "show", "--property=LoadState,ActiveState,Job",
		"--property=SubState,Result,NRestarts,StatusText,ExecMainStatus",
		"--property=InactiveExitTimestampMonotonic,ActiveEnterTimestampMonotonic", unit,
		NULL };
	cleanup_text char *text = NULL;
	bool queued;

	if (program_read(argv, NULL, LIMIT_MS, &text) != 0)
		return false;
	queued = number(text, "Job") != 0;
	*ret = (struct unit_state) {
		.masked = has(text, "LoadState", "masked"),
		.runs = has(text, "ActiveState", "active\n"),
		.starts = queued || has(text, "ActiveState", "activating\n"),
		.failed = !queued && has(text, "ActiveState", "failed\n") && !has_run(text),
		.retried = has(text, "SubState", "auto-restart\n"),
		.tries = number(text, "NRestarts"),
		.status = number(text, "ExecMainStatus"),
	};
	copy_value(ret->result, sizeof(ret->result), text, "Result");
	copy_value(ret->reason, sizeof(ret->reason), text, "StatusText");
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

/* Those of systemd.exec(5) with which systemd itself ends a service that it cannot start. */
static const struct {
	unsigned long status;
	const char *name;
} statuses[] = {
	{ 203, "EXEC" },
	{ 217, "USER" },
	{ 226, "NAMESPACE" },
	{ 238, "STATE_DIRECTORY" },
	{ 243, "CREDENTIALS" },
};

static char *failure_text(const char *unit, const struct unit_state *state)
{
	cleanup_text char *safe = text_safe(state->reason);

	if (*safe != '\0')
		return text_format(_("patd does not start: %s"), safe);
	for (size_t i = 0; i < sizeof(statuses) / sizeof(statuses[0]); i++)
		if (statuses[i].status == state->status)
			return text_format(_("systemd cannot start %s: status=%lu/%s; see: patctl "
					     "doctor, journalctl -u %s"),
				unit, state->status, statuses[i].name, unit);
	return text_format(
		_("%s does not start (%s); see: journalctl -u %s"), unit, state->result, unit);
}

static char *unit_failure(struct startup *startup, size_t at, bool front)
{
	const char *unit = units[at];
	struct unit_state state;
	char *why;

	if (!read_state(unit, &state)) {
		/* The machine has too much to do: the next look may tell. */
		startup->runs = false;
		startup->starts |= at == 0;
		return NULL;
	}
	/* A socket fails when its service cannot be started, and stays so. */
	if (state.masked)
		return text_format(_("%s is masked; to undo it: systemctl unmask %s && systemctl "
				     "start %s"),
			unit, unit, "patd-root.socket patd-front.socket patd-user.socket");
	startup->runs = startup->runs && state.runs;
	startup->starts |= at == 0 && state.starts;
	if (!state.failed && !state.retried)
		return NULL;
	why = at == 0 ? configuration_problem() : NULL; /* patd-bus reads none */
	if (why)
		return why;
	if (state.failed)
		return is_tried(front) ? NULL : failure_text(unit, &state);
	/* Once may be an accident. */
	if (startup->units[at].failed && state.tries != startup->units[at].tries)
		return failure_text(unit, &state);
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
	startup->starts = false;
	why = unit_failure(startup, 0, front);
	if (!why && front && !startup->starts)
		why = unit_failure(startup, 1, false);
	return why;
}

char *startup_end(void)
{
	const int64_t end = monotonic_ms() + END_LIMIT_MS;
	struct startup startup = { 0 };

	do {
		char *why = startup_failure(&startup, false);

		if (why || startup.runs || !units_available())
			return why;
		(void)poll(NULL, 0, END_LOOK_MS);
	} while (monotonic_ms() < end);
	return NULL;
}
