/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Lists of tokens: who sees which, and what a row or a callback that fails does to them. */
#include <errno.h>

#include "tests/unit/patd/logged.h"
#include "tests/unit/patd/tokens/listing.h"

static void user_lists_own_tokens_and_root_all(void **state)
{
	static const struct {
		const char *what;
		struct caller caller;
		struct token_query query;
		enum pat_error error;
		const char *names;
	} table[] = {
		{ "alice", { .uid = 1000, .user = "alice" }, { .cursor = "" }, PAT_OK,
			"a1 a2 both " },
		{ "alice by name", { .uid = 1000, .user = "alice" },
			{ .cursor = "", .user = "alice" }, PAT_OK, "a1 a2 both " },
		{ "bob", { .uid = 1001, .user = "bob" }, { .cursor = "" }, PAT_OK, "b1 both " },
		{ "nobody", { .uid = 1002, .user = "carol" }, { .cursor = "" }, PAT_OK, "" },
		{ "the heir", { .uid = 1000, .user = "anna" }, { .cursor = "" }, PAT_OK, "" },
		{ "the renumbered", { .uid = 1003, .user = "alice" }, { .cursor = "" }, PAT_OK,
			"" },
		{ "root's own", { .uid = 0, .user = "root" }, { .cursor = "" }, PAT_OK, "r1 " },
		{ "all", { .uid = 0, .user = "root" }, { .cursor = "", .all = true }, PAT_OK,
			"a1 a2 both b1 both r1 " },
		{ "root, alice's", { .uid = 0, .user = "root" }, { .cursor = "", .user = "alice" },
			PAT_OK, "a1 a2 both " },
		{ "root, unknown's", { .uid = 0, .user = "root" },
			{ .cursor = "", .user = "nobody" }, PAT_OK, "" },
		{ "by name", { .uid = 0, .user = "root" },
			{ .cursor = "", .all = true, .name = "both" }, PAT_OK, "both both " },
		{ "name is whole", { .uid = 0, .user = "root" },
			{ .cursor = "", .all = true, .name = "bot" }, PAT_OK, "" },
		{ "name is literal", { .uid = 0, .user = "root" },
			{ .cursor = "", .all = true, .name = "%" }, PAT_OK, "" },
		{ "name injects nothing", { .uid = 0, .user = "root" },
			{ .cursor = "", .all = true, .name = "' OR '1'='1" }, PAT_OK, "" },
		{ "alice, bob's", { .uid = 1000, .user = "alice" }, { .cursor = "", .user = "bob" },
			PAT_ERR_DENIED, "" },
		{ "alice, all", { .uid = 1000, .user = "alice" }, { .cursor = "", .all = true },
			PAT_ERR_DENIED, "" },
		{ "alice, her name's old uid", { .uid = 1003, .user = "alice" },
			{ .cursor = "", .user = "alice" }, PAT_OK, "" },
		{ "user and all", { .uid = 0, .user = "root" },
			{ .cursor = "", .all = true, .user = "alice" }, PAT_ERR_INVALID_ARGS, "" },
		{ "bad prefix", { .uid = 0, .user = "root" },
			{ .cursor = "", .all = true, .id_prefix = "a%" }, PAT_ERR_INVALID_ARGS,
			"" },
		{ "empty prefix", { .uid = 0, .user = "root" },
			{ .cursor = "", .all = true, .id_prefix = "" }, PAT_ERR_INVALID_ARGS, "" },
		{ "long prefix", { .uid = 0, .user = "root" },
			{ .cursor = "", .all = true, .id_prefix = "01234567890" },
			PAT_ERR_INVALID_ARGS, "" },
		{ "bad cursor", { .uid = 0, .user = "root" }, { .cursor = "x", .all = true },
			PAT_ERR_INVALID_ARGS, "" },
		{ "alice, a cursor of another", { .uid = 1000, .user = "alice" },
			{ .cursor = "aa:0:" }, PAT_ERR_INVALID_ARGS, "" },
		{ "alice, a cursor of another uid", { .uid = 1000, .user = "alice" },
			{ .cursor = "alice:0:a" }, PAT_ERR_INVALID_ARGS, "" },
		{ "bob, a cursor before alice's", { .uid = 1001, .user = "bob" },
			{ .cursor = "a:0:x" }, PAT_ERR_INVALID_ARGS, "" },
		{ "alice, a cursor of her own", { .uid = 1000, .user = "alice" },
			{ .cursor = "alice:1000:a1" }, PAT_OK, "a2 both " },
	};
	struct world *world = *state;

	(void)world_generate(world, &bob, "both");
	(void)world_generate(world, &alice, "both");
	(void)world_generate(world, &root, "r1");
	(void)world_generate(world, &alice, "a2");
	(void)world_generate(world, &bob, "b1");
	(void)world_generate(world, &alice, "a1");
	for (size_t i = 0; i < COUNT(table); i++) {
		char cursor[TOKENS_CURSOR_MAX] = "untouched";
		struct listing listing;
		enum pat_error error =
			list(world, &table[i].caller, &table[i].query, &listing, cursor);

		assert_that(error == table[i].error, "%s: %d", table[i].what, error);
		assert_that(strcmp(listing.names, table[i].names) == 0, "%s: %s", table[i].what,
			listing.names);
		assert_that(strcmp(cursor, error == PAT_OK ? "" : "untouched") == 0, "%s: %s",
			table[i].what, cursor);
	}
}

static void token_is_found_by_any_prefix_of_its_id(void **state)
{
	struct world *world = *state;
	struct made made = world_generate(world, &alice, "laptop");

	for (size_t len = 1; len <= PAT_ID_LEN; len++) {
		char prefix[PAT_ID_LEN + 1] = "", cursor[TOKENS_CURSOR_MAX];
		struct token_query query = { .all = true, .cursor = "", .id_prefix = prefix };
		struct listing listing;

		memcpy(prefix, made.token.id.text, len);
		assert_int_equal(list(world, &root, &query, &listing, cursor), PAT_OK);
		assert_string_equal(listing.names, "laptop ");
		/* In the other case it is another id. */
		prefix[0] = prefix[0] == '0' ? '1' : '0';
		if (prefix[0] != made.token.id.text[0]) {
			assert_int_equal(list(world, &root, &query, &listing, cursor), PAT_OK);
			assert_string_equal(listing.names, "");
		}
	}
}

static void damaged_row_hides_no_other(void **state)
{
	struct world *world = *state;
	char cursor[TOKENS_CURSOR_MAX];
	struct token_query query = { .cursor = "", .limit = 3 };
	struct listing listing;

	world_fill(world, 5);
	world_edit(world, "UPDATE token SET mac = x'00' WHERE name IN ('n00000', 'n00002')");
	logged_clear();
	assert_int_equal(list(world, &alice, &query, &listing, cursor), PAT_OK);
	assert_string_equal(listing.names, "n00001 n00003 n00004 ");
	assert_string_equal(cursor, "");
	assert_logged("damaged");
	assert_int_equal(tokens_listed_damaged(world->tokens), 2);
}

static void integrity__each_damaged_row_is_counted_on_one_page(void **state)
{
	struct world *world = *state;
	char cursor[TOKENS_CURSOR_MAX] = "", next[TOKENS_CURSOR_MAX];
	struct token_query query = { .all = true, .cursor = cursor };
	struct listing listing;

	world_fill(world, 7);
	world_edit(world, "UPDATE token SET mac = x'00' WHERE name IN ('n00000', 'n00002', "
			  "'n00003', 'n00006')");
	for (query.limit = 1; query.limit <= 8; query.limit++) {
		uint64_t damaged = 0, rows = 0;

		do {
			assert_int_equal(list(world, &root, &query, &listing, next), PAT_OK);
			damaged += tokens_listed_damaged(world->tokens);
			rows += listing.rows;
			memcpy(cursor, next, sizeof(cursor));
		} while (cursor[0] != '\0');
		assert_int_equal(damaged, 4);
		assert_int_equal(rows, 3);
	}
}

static void list_fails_when_its_callback_fails(void **state)
{
	struct world *world = *state;
	char cursor[TOKENS_CURSOR_MAX] = "untouched";
	struct token_query query = { .cursor = "" };
	struct listing listing = { .result = -ENOMEM };

	world_fill(world, 3);
	assert_int_equal(
		tokens_list(world->tokens, &alice, &query, note, &listing, cursor, &world->refusal),
		PAT_ERR_NO_MEMORY);
	assert_int_equal(listing.rows, 1);
	assert_string_equal(cursor, "untouched");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WORLD_TEST(user_lists_own_tokens_and_root_all),
		WORLD_TEST(token_is_found_by_any_prefix_of_its_id),
		WORLD_TEST(damaged_row_hides_no_other),
		WORLD_TEST(integrity__each_damaged_row_is_counted_on_one_page),
		WORLD_TEST(list_fails_when_its_callback_fails),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
