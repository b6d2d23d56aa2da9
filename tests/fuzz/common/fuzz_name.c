/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A name that is good is UTF-8, as the C library has it, and without control characters. */
#include <iconv.h>
#include <wchar.h>

#include "common/name.h"
#include "tests/fuzz/fuzz.h"

static void assert_readable(char *name)
{
	uint32_t characters[PAT_NAME_MAX + 1];
	char *in = name, *out = (char *)characters;
	size_t in_left = strlen(name), out_left = sizeof(characters), n;
	iconv_t utf8 = iconv_open("UCS-4LE", "UTF-8");

	assert_true(utf8 != (iconv_t)-1);
	assert_int_equal(iconv(utf8, &in, &in_left, &out, &out_left), 0);
	assert_int_equal(iconv_close(utf8), 0);
	n = (sizeof(characters) - out_left) / sizeof(characters[0]);
	assert_between(n, 1, PAT_NAME_MAX);
	for (size_t i = 0; i < n; i++)
		assert_true(
			characters[i] >= 0x20 && (characters[i] < 0x7F || characters[i] >= 0xA0));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *name = fuzz_text(data, size);

	if (!pat_name_problem(name)) {
		assert_readable(name);
		assert_null(pat_text_problem(name));
	}
	free(name);
	return 0;
}
