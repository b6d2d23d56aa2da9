/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Lists of PAM services. */
#include "patd/model/services.h"

#include <string.h>

#include "common/l10n.h"
#include "common/wire.h"
#include "patd/model/patterns.h"

_Static_assert(PATTERNS_NAME_MAX == PAT_SERVICE_MAX, "a service is such a name");

static bool is_printable(struct item pattern)
{
	for (size_t i = 0; i < pattern.len; i++)
		if (pattern.at[i] <= ' ' || pattern.at[i] > '~')
			return false;
	return true;
}

/*
 * As sqlite3_strglob() reads brackets: "]" is one of the characters if it is the first, and
 * nothing quotes it.  Returns what follows the brackets, NULL if they do not end.
 */
static const char *skip_brackets(const char *at, const char *end)
{
	at++;
	if (at < end && *at == '^')
		at++;
	if (at < end && *at == ']')
		at++;
	at = at < end ? memchr(at, ']', (size_t)(end - at)) : NULL;
	return at ? at + 1 : NULL;
}

static const char *brackets_problem(struct item pattern)
{
	const char *at = pattern.at, *end = at + pattern.len;

	while ((at = memchr(at, '[', (size_t)(end - at)))) {
		/* In a shell it excludes; for sqlite3_strglob() it would allow. */
		if (at + 1 < end && at[1] == '!')
			return N_("to exclude characters in a pattern write \"[^...]\", not "
				  "\"[!...]\"");
		at = skip_brackets(at, end);
		if (!at)
			return N_("a pattern has \"[\" without \"]\"; for a literal \"[\" write "
				  "\"[[]\"");
	}
	return NULL;
}

static const char *pattern_problem(struct item pattern)
{
	if (pattern.len == 0)
		return N_("a service is empty; write services like \"sudo,sshd,postgresql*\"");
	if (pattern.len > PAT_SERVICE_MAX)
		return N_("a service is longer than 63 characters");
	if (!is_printable(pattern))
		return N_("a service has a blank or another invalid character; write services "
			  "like \"sudo,sshd,postgresql*\"");
	if (memchr(pattern.at, '/', pattern.len))
		return N_("a service is a file name in /etc/pam.d without a directory; write "
			  "\"sshd\"");
	return brackets_problem(pattern);
}

const char *services_parse(const char *text, char *ret_list, size_t size)
{
	if (strlen(text) >= size)
		return N_("the list of services is too long; a pattern like \"postgresql*\" covers "
			  "many");
	return patterns_sort(text, pattern_problem, ret_list);
}

bool services_match(const char *list, const char *service)
{
	return patterns_match(list, service);
}

bool services_within(const char *list, const char *outer)
{
	return patterns_within(list, outer);
}
