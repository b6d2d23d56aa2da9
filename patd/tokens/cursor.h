/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Where a page of a list ended: "user:uid:name" of its last row, or "id" where the list is in the
 * order of ids.  A place in the order, not a row: it stays right when that row goes.  No user
 * name has a colon.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "patd/model/token.h"

#define CURSOR_TEXT_MAX (TOKEN_USER_BYTES_MAX + PAT_NAME_BYTES_MAX + sizeof(":4294967295:"))

struct cursor {
	bool by_id;
	struct pat_id id;
	char user[TOKEN_USER_BYTES_MAX + 1];
	uint32_t uid;
	const char *name; /* into the text that was parsed */
};

void cursor_format(const struct token *last, bool by_id, char ret_text[static CURSOR_TEXT_MAX]);

/* False if text is no cursor. */
bool cursor_parse(const char *text, struct cursor *ret_cursor);
