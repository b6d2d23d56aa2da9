/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Lists of shell patterns with commas between them, as "sudo,postgresql*", in a canonical
 * spelling: without blanks, sorted by bytes, without a pattern twice.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "patd/util/item.h"

#define PATTERNS_NAME_MAX 63 /* bytes of a pattern, and of a name */

/*
 * Writes the list to ret_list, which has room for the text, in its canonical spelling.  NULL, or
 * what problem() says of the first pattern that it finds fault with.
 */
const char *patterns_sort(
	const char *text, const char *(*problem)(struct item pattern), char *ret_list);

/* Whether a canonical list has the name.  "" has none, and none has one that is too long. */
bool patterns_match(const char *list, const char *name);

/*
 * Whether every name that the canonical list has is in outer, one of the two, too.  False where
 * that is not certain: a pattern is within its equal, and within one that is a text and a star.
 */
bool patterns_within(const char *list, const char *outer);
