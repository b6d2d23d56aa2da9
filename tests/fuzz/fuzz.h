/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What a target begins with.  It is given any bytes, and asserts what must be so of any: cmocka's
 * assertions end the program outside of a test, and libFuzzer keeps the bytes that did it.
 */
#pragma once

#include <stdlib.h>
#include <string.h>

#include "tests/unit/unit.h"

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* As a string, up to the first NUL, in memory of just that size.  The caller frees it. */
static inline char *fuzz_text(const uint8_t *data, size_t size)
{
	char *text = malloc(size + 1);

	assert_non_null(text);
	if (size > 0)
		memcpy(text, data, size);
	text[size] = '\0';
	return text;
}

/* The bytes, taken off one after the other; zeros after the last. */
struct fuzz_bytes {
	const uint8_t *at;
	size_t left;
};

static inline uint8_t fuzz_byte(struct fuzz_bytes *bytes)
{
	if (bytes->left == 0)
		return 0;
	bytes->left--;
	return *bytes->at++;
}

static inline uint64_t fuzz_number(struct fuzz_bytes *bytes, size_t width)
{
	uint64_t number = 0;

	for (size_t i = 0; i < width; i++)
		number = number << 8 | fuzz_byte(bytes);
	return number;
}
