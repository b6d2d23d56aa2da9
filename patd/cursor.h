/* Where a page of a list ended: "user:uid:name" of its last row.  No user name has a colon. */
#ifndef PATD_CURSOR_H
#define PATD_CURSOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "patd/token.h"

struct cursor {
	char user[TOKEN_USER_BYTES_MAX + 1];
	uint32_t uid;
	const char *name; /* into the text that was parsed */
};

void cursor_format(const struct token *last, char *ret_text, size_t size);
bool cursor_parse(const char *text, struct cursor *ret_cursor);

#endif
