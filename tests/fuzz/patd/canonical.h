/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Texts of people's that patd keeps in one spelling: what it keeps is read as itself. */
#pragma once

#include "tests/fuzz/fuzz.h"

#define CANONICAL_MAX 512

typedef const char *(*canonical_parse_fn)(const char *text, char *ret, size_t size);

/* False if text is refused. */
static inline bool canonical_of(
	canonical_parse_fn parse, const char *text, char ret[static CANONICAL_MAX])
{
	char again[CANONICAL_MAX];

	if (parse(text, ret, CANONICAL_MAX))
		return false;
	assert_true(strnlen(ret, CANONICAL_MAX) < CANONICAL_MAX);
	assert_null(parse(ret, again, CANONICAL_MAX));
	assert_string_equal(again, ret);
	return true;
}
