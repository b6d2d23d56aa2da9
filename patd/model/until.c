/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Names of sessions and units, strictly: they become names of files that patd reads. */
#include "patd/model/until.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "common/l10n.h"
#include "common/until_kind.h"

#define ALNUM                                                                                      \
	"0123456789"                                                                               \
	"ABCDEFGHIJKLMNOPQRSTUVWXYZ"                                                               \
	"abcdefghijklmnopqrstuvwxyz"
#define UNIT_CHARS ALNUM ":-_.\\@" /* of systemd.unit(5), but for the slash of a path */
#define UNIT_MAX ((size_t)255)     /* bytes; the same */
#define SESSION_MAX ((size_t)64)   /* bytes; logind's are numbers, some with a "c" before */

/* Whether the name says what kind of unit it is: else it is a service. */
static bool has_suffix(const char *name)
{
	static const char *const suffixes[] = { ".automount", ".device", ".mount", ".path",
		".scope", ".service", ".slice", ".socket", ".swap", ".target", ".timer" };
	const char *suffix = strrchr(name, '.');

	for (size_t i = 0; suffix && i < sizeof(suffixes) / sizeof(suffixes[0]); i++)
		if (strcmp(suffix, suffixes[i]) == 0)
			return true;
	return false;
}

static const char *session_problem(const char *id)
{
	const size_t len = strlen(id);

	return len > 0 && len <= SESSION_MAX && id[strspn(id, ALNUM)] == '\0'
		       ? NULL
		       : N_("the id of a login session is letters and digits: see loginctl");
}

static const char *unit_problem(const char *name)
{
	const char *suffix = has_suffix(name) ? "" : ".service";
	const bool named = strlen(name) > 0 && *name != '@' && *name != '.';

	return named && strlen(name) + strlen(suffix) <= UNIT_MAX &&
			       name[strspn(name, UNIT_CHARS)] == '\0' && !strstr(name, "..")
		       ? NULL
		       : N_("this is no name of a unit: see systemctl list-units");
}

const char *until_parse(const char *text, char *ret_until, size_t size)
{
	const char *name, *problem = NULL, *suffix = "";
	enum until_kind kind;

	if (!until_split(text, &kind, &name))
		return N_("a token can end with boot, session or unit:NAME");
	if (kind == UNTIL_SESSION)
		problem = session_problem(name);
	else if (kind == UNTIL_UNIT)
		problem = unit_problem(name);
	if (problem)
		return problem;
	if (kind == UNTIL_UNIT && !has_suffix(name))
		suffix = ".service";
	(void)snprintf(ret_until, size, "%s%s", text, suffix);
	return NULL;
}
