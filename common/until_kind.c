/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The forms of --until. */
#include "common/until_kind.h"

#include <string.h>

static const char *const words[UNTIL_KINDS] = {
	[UNTIL_BOOT] = "boot",
	[UNTIL_SESSION] = "session",
	[UNTIL_UNIT] = "unit",
};

const char *until_word(enum until_kind kind)
{
	return words[kind];
}

bool until_split(const char *text, enum until_kind *ret_kind, const char **ret_name)
{
	for (unsigned int k = 0; k < UNTIL_KINDS; k++) {
		const size_t len = strlen(words[k]);
		const char end = k == UNTIL_BOOT ? '\0' : ':';

		if (strncmp(text, words[k], len) != 0 || text[len] != end)
			continue;
		*ret_kind = (enum until_kind)k;
		*ret_name = text + len + (end != '\0');
		return true;
	}
	return false;
}
