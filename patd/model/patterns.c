/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Lists of patterns. */
#include "patd/model/patterns.h"

#include <string.h>

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

const char *patterns_sort(
	const char *text, const char *(*problem)(struct item pattern), char *ret_list)
{
	struct item pattern = { "", 0 };
	char *at = ret_list;

	for (const char *rest = text; rest;) {
		const char *found = problem(item_take(&rest, ','));

		if (found)
			return found;
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

bool patterns_match(const char *list, const char *name)
{
	/* Anybody may ask about it, and matching takes as long as both multiplied. */
	if (strnlen(name, PATTERNS_NAME_MAX + 1) > PATTERNS_NAME_MAX)
		return false;
	while (list) {
		struct item item = item_take(&list, ',');
		char pattern[PATTERNS_NAME_MAX + 1];

		if (item.len > 0 && item_copy(item, pattern, sizeof(pattern)) &&
			pattern_matches(pattern, name))
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

/* Whether the pattern of len bytes has no name that outer does not have. */
static bool pattern_within(const char *pattern, struct item outer)
{
	const size_t plain = strcspn(pattern, SPECIAL), len = strlen(pattern);
	char text[PATTERNS_NAME_MAX + 1];

	if (outer.len == 0 || !item_copy(outer, text, sizeof(text)))
		return false;
	if (strcmp(pattern, text) == 0)
		return true;
	/* It is one name, which the other has or has not. */
	if (plain == len)
		return pattern_matches(text, pattern);
	return is_prefix_pattern(text, outer.len) && strncmp(pattern, text, outer.len - 1) == 0;
}

static bool pattern_within_list(struct item item, const char *outer)
{
	char pattern[PATTERNS_NAME_MAX + 1];

	if (item.len == 0 || !item_copy(item, pattern, sizeof(pattern)))
		return false;
	while (outer)
		if (pattern_within(pattern, item_take(&outer, ',')))
			return true;
	return false;
}

bool patterns_within(const char *list, const char *outer)
{
	while (list)
		if (!pattern_within_list(item_take(&list, ','), outer))
			return false;
	return true;
}
