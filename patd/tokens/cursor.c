/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Where a page of a list ended, as text. */
#include "patd/tokens/cursor.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void cursor_format(const struct token *last, bool by_id, char ret_text[static CURSOR_TEXT_MAX])
{
	if (by_id)
		(void)snprintf(ret_text, CURSOR_TEXT_MAX, "%s", last->id.text);
	else
		(void)snprintf(
			ret_text, CURSOR_TEXT_MAX, "%s:%u:%s", last->user, last->uid, last->name);
}

bool cursor_parse(const char *text, struct cursor *ret_cursor)
{
	const char *colon = strchr(text, ':');
	size_t len = colon ? (size_t)(colon - text) : 0;
	unsigned long uid;
	char *end;

	ret_cursor->by_id = pat_id_valid(text);
	if (ret_cursor->by_id) {
		memcpy(ret_cursor->id.text, text, sizeof(ret_cursor->id.text));
		return true;
	}
	if (len == 0 || len >= sizeof(ret_cursor->user) || colon[1] < '0' || colon[1] > '9')
		return false;
	errno = 0;
	uid = strtoul(colon + 1, &end, 10);
	if (errno != 0 || uid > UINT32_MAX || *end != ':')
		return false;
	memcpy(ret_cursor->user, text, len);
	ret_cursor->user[len] = '\0';
	ret_cursor->uid = (uint32_t)uid;
	ret_cursor->name = end + 1;
	return true;
}
