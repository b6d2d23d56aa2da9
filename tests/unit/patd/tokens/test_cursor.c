/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Tests of the cursor of patd/tokens/tokens_list. */
#include "tests/unit/unit.h"

#include <string.h>

#include "patd/tokens/tokens_private.h"

static void formatted_cursor_is_parsed_back(void **state)
{
	static const struct {
		const char *user;
		uint32_t uid;
		const char *name;
	} table[] = {
		{ "alice", 1000, "laptop" },
		{ "root", 0, "x" },
		{ "a", UINT32_MAX, "name" },
		{ "alice", 1000, ":" },
		{ "alice", 1000, "a:1:b" },
		{ "alice", 1000, " \xF0\x9F\x94\x91 " },
		{ "DOMAIN\\user name", 65534, "%s%n" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(table); i++) {
		struct token token = { .uid = table[i].uid };
		char text[TOKENS_CURSOR_MAX];
		struct cursor cursor;

		(void)strcpy(token.user, table[i].user);
		(void)strcpy(token.name, table[i].name);
		cursor_format(&token, false, text);
		assert_that(cursor_parse(text, &cursor), "%s", text);
		assert_string_equal(cursor.user, table[i].user);
		assert_int_equal(cursor.uid, table[i].uid);
		assert_string_equal(cursor.name, table[i].name);
	}
}

static void id_cursor_is_formatted_and_parsed(void **state)
{
	static const struct token token = { .id = { "0Zz1Aa9999" }, .user = "alice", .name = "x" };
	char text[TOKENS_CURSOR_MAX];
	struct cursor cursor;

	(void)state;
	cursor_format(&token, true, text);
	assert_string_equal(text, "0Zz1Aa9999");
	assert_true(cursor_parse(text, &cursor));
	assert_true(cursor.by_id);
	assert_string_equal(cursor.id.text, "0Zz1Aa9999");
	cursor_format(&token, false, text);
	assert_true(cursor_parse(text, &cursor));
	assert_false(cursor.by_id);
}

static void cursor_of_longest_row_fits(void **state)
{
	struct token token = { .uid = UINT32_MAX };
	char text[TOKENS_CURSOR_MAX];
	struct cursor cursor;

	(void)state;
	memset(token.user, 'u', sizeof(token.user) - 1);
	memset(token.name, 'n', sizeof(token.name) - 1);
	cursor_format(&token, false, text);
	assert_true(cursor_parse(text, &cursor));
	assert_string_equal(cursor.user, token.user);
	assert_string_equal(cursor.name, token.name);
}

static void cursor_parse_refuses_garbage(void **state)
{
	static const char *const texts[] = {
		"",
		":",
		"::",
		"alice",
		"012345678",
		"01234567890",
		"012345678/",
		"0123456789 ",
		"alice:",
		"alice:1000",
		":1000:laptop",
		"alice::laptop",
		"alice:x:laptop",
		"alice:-1:laptop",
		"alice:+1:laptop",
		"alice: 1:laptop",
		"alice:1 :laptop",
		"alice:0x1:laptop",
		"alice:1.0:laptop",
		"alice:4294967296:laptop",
		"alice:18446744073709551616:laptop",
		"alice:99999999999999999999999999:laptop",
	};

	(void)state;
	for (size_t i = 0; i < COUNT(texts); i++) {
		struct cursor cursor = { .user = "untouched" };

		assert_that(!cursor_parse(texts[i], &cursor), "%s", texts[i]);
		assert_string_equal(cursor.user, "untouched");
	}
}

static void cursor_parse_refuses_too_long_user(void **state)
{
	char text[TOKENS_CURSOR_MAX];
	struct cursor cursor;

	(void)state;
	memset(text, 'u', sizeof(text));
	(void)strcpy(text + TOKEN_USER_BYTES_MAX, ":1:x");
	assert_true(cursor_parse(text, &cursor));
	memset(text, 'u', sizeof(text));
	(void)strcpy(text + TOKEN_USER_BYTES_MAX + 1, ":1:x");
	assert_false(cursor_parse(text, &cursor));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(formatted_cursor_is_parsed_back),
		cmocka_unit_test(id_cursor_is_formatted_and_parsed),
		cmocka_unit_test(cursor_of_longest_row_fits),
		cmocka_unit_test(cursor_parse_refuses_garbage),
		cmocka_unit_test(cursor_parse_refuses_too_long_user),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
