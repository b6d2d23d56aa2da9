/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the history says of a change: "expires 2027-01-31T18:00:30Z, services ssh*, note". */
#pragma once

#include "patd/model/entry.h"

#define CHANGE_DETAIL_SIZE (ENTRY_DETAIL_MAX + 1) /* bytes, with the NUL */

/* The expiration alone: "expires never". */
void change_detail_expiry(const struct token *token, char ret_text[static CHANGE_DETAIL_SIZE]);

/*
 * All that differs; "": nothing does.  Of a note it is only said that it does, and a long list is
 * cut: an entry has as many characters as a name.
 */
void change_detail(const struct token *before, const struct token *after,
	char ret_text[static CHANGE_DETAIL_SIZE]);
