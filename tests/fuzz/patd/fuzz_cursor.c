/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A place in a list that somebody hands in. */
#include "patd/tokens/tokens_private.h"
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = fuzz_text(data, size);
	struct cursor cursor;

	if (cursor_parse(text, &cursor)) {
		if (cursor.by_id)
			assert_true(pat_id_valid(cursor.id.text));
		else
			assert_true(cursor.name > text && cursor.name <= text + strlen(text));
	}
	free(text);
	return 0;
}
