/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Lists of PAM services. */
#include "patd/model/services.h"

#include <string.h>

#include "common/l10n.h"
#include "common/wire.h"
#include "patd/model/limits.h"
#include "patd/util/item.h"

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

static int compare(struct item a, struct item b)
{
	int order = memcmp(a.at, b.at, a.len < b.len ? a.len : b.len);

	return order != 0 ? order : (a.len > b.len) - (a.len < b.len);
}

/* The first pattern of text, by bytes, that is after another. */
static bool find_next(const char *text, struct item previous, struct item *ret_pattern)
{
	struct item next = { NULL, 0 };

	while (text) {
		struct item pattern = item_take(&text, ',');

		if (compare(pattern, previous) > 0 && (!next.at || compare(pattern, next) < 0))
			next = pattern;
	}
	if (!next.at)
		return false;
	*ret_pattern = next;
	return true;
}

const char *services_parse(const char *text, char *ret_list, size_t size)
{
	struct item pattern = { "", 0 };
	char *at = ret_list;

	if (strlen(text) >= size)
		return N_("the list of services is too long; a pattern like \"postgresql*\" covers "
			  "many");
	for (const char *rest = text; rest;) {
		const char *problem = pattern_problem(item_take(&rest, ','));

		if (problem)
			return problem;
	}

	/* Fits: it has no more than text has. */
	while (find_next(text, pattern, &pattern)) {
		if (at != ret_list)
			*at++ = ',';
		at = mempcpy(at, pattern.at, pattern.len);
	}
	*at = '\0';
	return NULL;
}

bool services_match(const char *list, const char *service)
{
	/* Anybody may ask about it, and matching takes as long as both multiplied. */
	if (strnlen(service, PAT_SERVICE_MAX + 1) > PAT_SERVICE_MAX)
		return false;
	while (list) {
		struct item item = item_take(&list, ',');
		char pattern[PAT_SERVICE_MAX + 1];

		if (item.len > 0 && item_copy(item, pattern, sizeof(pattern)) &&
			pattern_matches(pattern, service))
			return true;
	}
	return false;
}

#define SPECIAL "*?["

/* "ssh*": a text, without what is special, and a star.  len is not 0. */
static bool is_prefix_pattern(const char *pattern, size_t len)
{
	return pattern[len - 1] == '*' && strcspn(pattern, SPECIAL) == len - 1;
}

/* Whether the pattern of len bytes has no service that outer does not have. */
static bool pattern_within(const char *pattern, struct item outer)
{
	const size_t plain = strcspn(pattern, SPECIAL), len = strlen(pattern);
	char text[PAT_SERVICE_MAX + 1];

	if (outer.len == 0 || !item_copy(outer, text, sizeof(text)))
		return false;
	if (strcmp(pattern, text) == 0)
		return true;
	/* It is one service, which the other has or has not. */
	if (plain == len)
		return pattern_matches(text, pattern);
	return is_prefix_pattern(text, outer.len) && strncmp(pattern, text, outer.len - 1) == 0;
}

static bool pattern_within_list(struct item item, const char *outer)
{
	char pattern[PAT_SERVICE_MAX + 1];

	if (item.len == 0 || !item_copy(item, pattern, sizeof(pattern)))
		return false;
	while (outer)
		if (pattern_within(pattern, item_take(&outer, ',')))
			return true;
	return false;
}

bool services_within(const char *list, const char *outer)
{
	while (list)
		if (!pattern_within_list(item_take(&list, ','), outer))
			return false;
	return true;
}
