/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Lists of hosts. */
#include "patd/model/hosts.h"

#include <string.h>

#include "common/l10n.h"
#include "patd/model/limits.h"
#include "patd/model/patterns.h"

#define LETTERS "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
#define ALLOWED LETTERS "0123456789-._*?"

static const char *pattern_problem(struct item pattern)
{
	if (pattern.len == 0)
		return N_("a host is empty; write hosts like \"web*,db1\"");
	if (pattern.len > PATTERNS_NAME_MAX)
		return N_("a host is longer than 63 characters");
	for (size_t i = 0; i < pattern.len; i++)
		if (!memchr(ALLOWED, pattern.at[i], sizeof(ALLOWED) - 1))
			return N_("a host has a character other than letters, digits, \"-\", "
				  "\".\", \"_\", \"*\" and \"?\"; write hosts like \"web*,db1\"");
	return NULL;
}

/* Whatever the locale. */
static void to_lower(char *text)
{
	for (; *text != '\0'; text++)
		if (*text >= 'A' && *text <= 'Z')
			*text = (char)(*text - 'A' + 'a');
}

const char *hosts_parse(const char *text, char *ret_list, size_t size)
{
	char lower[LIMITS_HOSTS_MAX + 1];

	if (strlen(text) >= size || strlen(text) >= sizeof(lower))
		return N_("the list of hosts is too long; a pattern like \"web*\" covers many");
	(void)stpcpy(lower, text);
	to_lower(lower);
	return patterns_sort(lower, pattern_problem, ret_list);
}

bool hosts_match(const char *list, const char *host)
{
	char lower[PATTERNS_NAME_MAX + 1];

	if (strnlen(host, sizeof(lower)) == sizeof(lower))
		return false;
	(void)stpcpy(lower, host);
	to_lower(lower);
	return patterns_match(list, lower);
}

bool hosts_within(const char *list, const char *outer)
{
	return patterns_within(list, outer);
}
