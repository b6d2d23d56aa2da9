/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Items of lists, and patterns for them. */
#include "patd/util/item.h"

#include <sqlite3.h>
#include <string.h>

struct item item_take(const char **rest, char separator)
{
	const char *at = *rest, *end = strchrnul(at, separator);

	*rest = *end == '\0' ? NULL : end + 1;
	while (at < end && strchr(ITEM_BLANKS, *at))
		at++;
	while (end > at && strchr(ITEM_BLANKS, end[-1]))
		end--;
	return (struct item) { at, (size_t)(end - at) };
}

bool item_is(struct item item, const char *text)
{
	return item.len == strlen(text) && memcmp(item.at, text, item.len) == 0;
}

bool item_copy(struct item item, char *ret_text, size_t size)
{
	if (item.len >= size)
		return false;
	memcpy(ret_text, item.at, item.len);
	ret_text[item.len] = '\0';
	return true;
}

bool item_append(char *list, size_t size, const char *separator, const char *text)
{
	size_t len = strlen(list);

	if (len == 0)
		separator = "";
	if (len + strlen(separator) + strlen(text) >= size)
		return false;
	(void)stpcpy(stpcpy(list + len, separator), text);
	return true;
}

/* Not fnmatch(3), whose time grows exponentially with the number of stars. */
bool pattern_matches(const char *pattern, const char *name)
{
	return sqlite3_strglob(pattern, name) == 0;
}
