/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What is taken for a token is one, and no longer is with any one character changed. */
#include <sodium.h>

#include "common/token_format.h"
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	(void)argc;
	(void)argv;
	return sodium_init() < 0;
}

static void try_changed(char *token, size_t at, char to)
{
	const char was = token[at];
	struct pat_id id;

	if (to == was)
		return;
	token[at] = to;
	assert_false(pat_token_parse(token, &id));
	token[at] = was;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = fuzz_text(data, size), token[PAT_TOKEN_LEN + 1];
	struct pat_id id = { 0 }, parsed;
	struct pat_found found;

	if (pat_token_parse(text, &id)) {
		assert_true(pat_token_len_valid(strlen(text)));
		assert_true(pat_id_valid(id.text));
		assert_memory_equal(id.text, text + strlen("pat_"), PAT_ID_LEN);
		assert_true(pat_token_find(text, &found));
		assert_ptr_equal(found.token, text);
		assert_int_equal(found.len, strlen(text));
		assert_false(found.blanks);
		assert_true(pat_token_within(text, &parsed));
	} else {
		assert_string_equal(id.text, "");
		if (pat_token_find(text, &found)) {
			assert_true(found.blanks && found.len < strlen(text));
			assert_true(pat_token_within(text, &id));
		}
	}
	if (size >= 2) {
		pat_token_new(token, &id);
		assert_true(pat_token_parse(token, &parsed));
		try_changed(token, data[0] % PAT_TOKEN_LEN, (char)data[1]);
	}
	free(text);
	return 0;
}
