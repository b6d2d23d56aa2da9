/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Pages of lists of tokens: what a cursor says, where one ends and what it costs. */
#include "tests/unit/patd/logged.h"
#include "tests/unit/patd/tokens/listing.h"

static void pages_follow_each_other_without_gap_or_repetition(void **state)
{
	static const uint32_t limits[] = { 0, 1, 7, 255, 256, 257, 599, 600, 601, UINT32_MAX };
	struct world *world = *state;

	world_fill(world, 600);
	for (size_t i = 0; i < COUNT(limits); i++) {
		char cursor[TOKENS_CURSOR_MAX] = "", last[TOKENS_CURSOR_MAX];
		uint32_t page =
			limits[i] == 0 || limits[i] > PAT_PAGE_MAX ? PAT_PAGE_MAX : limits[i];
		unsigned int rows = 0;

		do {
			struct token_query query = { .cursor = last, .limit = limits[i] };
			struct listing listing;
			char first[16];

			(void)strcpy(last, cursor);
			assert_int_equal(list(world, &alice, &query, &listing, cursor), PAT_OK);
			(void)snprintf(first, sizeof(first), "n%05u ", rows);
			assert_memory_equal(listing.names, first, 7);
			rows += listing.rows;
			if (*cursor)
				assert_int_equal(listing.rows, page);
		} while (*cursor);
		assert_int_equal(rows, 600);
	}
}

static void exactly_full_page_is_the_last(void **state)
{
	struct world *world = *state;
	char cursor[TOKENS_CURSOR_MAX];
	struct token_query query = { .cursor = "" };
	struct listing listing;

	world_fill(world, PAT_PAGE_MAX);
	assert_int_equal(list(world, &alice, &query, &listing, cursor), PAT_OK);
	assert_int_equal(listing.rows, PAT_PAGE_MAX);
	assert_string_equal(cursor, "");
}

static void pages_go_on_while_tokens_come_and_go(void **state)
{
	struct world *world = *state;
	char cursor[TOKENS_CURSOR_MAX], next[TOKENS_CURSOR_MAX];
	struct token_query query = { .cursor = "", .limit = 2 };
	struct listing listing;

	world_fill(world, 6);
	assert_int_equal(list(world, &alice, &query, &listing, cursor), PAT_OK);
	assert_string_equal(listing.names, "n00000 n00001 ");
	/* The last row of the page goes, one before and one after it come. */
	world_edit(world, "DELETE FROM token WHERE name = 'n00001'");
	(void)world_generate(world, &alice, "a-before");
	(void)world_generate(world, &alice, "n00002-between");
	query.cursor = cursor;
	assert_int_equal(list(world, &alice, &query, &listing, next), PAT_OK);
	assert_string_equal(listing.names, "n00002 n00002-between ");
	/* All go. */
	world_edit(world, "DELETE FROM token");
	query.cursor = next;
	assert_int_equal(list(world, &alice, &query, &listing, cursor), PAT_OK);
	assert_int_equal(listing.rows, 0);
	assert_string_equal(cursor, "");
}

static void pages_go_on_past_names_with_colons(void **state)
{
	struct world *world = *state;
	char cursor[TOKENS_CURSOR_MAX] = "", last[TOKENS_CURSOR_MAX], all[64] = "";

	(void)world_generate(world, &alice, ":");
	(void)world_generate(world, &alice, "::1:");
	(void)world_generate(world, &alice, "a:b:c");
	(void)world_generate(world, &alice, "alice:1000:x");
	do {
		struct token_query query = { .cursor = last, .limit = 1 };
		struct listing listing;

		(void)strcpy(last, cursor);
		assert_int_equal(list(world, &alice, &query, &listing, cursor), PAT_OK);
		(void)strcat(all, listing.names);
	} while (*cursor);
	assert_string_equal(all, ": ::1: a:b:c alice:1000:x ");
}

/* Of a local token and of three issuers, each on a page of its own. */
static void pages_go_on_past_tokens_of_one_name(void **state)
{
	static const struct {
		const struct caller *caller;
		struct token_query query;
	} table[] = {
		{ &root, { .all = true } },
		{ &root, { .all = true, .name = "laptop" } },
		{ &root, { .user = "alice" } },
		{ &alice, { .user = NULL } },
		{ &alice, { .name = "laptop" } },
	};
	struct world *world = *state;

	(void)world_generate(world, &alice, "laptop");
	world_fill(world, 3);
	world_edit(world, "UPDATE token SET issuer = 'admin' || id, name = 'laptop'"
			  " WHERE name <> 'laptop'");
	for (size_t i = 0; i < COUNT(table); i++) {
		char cursor[TOKENS_CURSOR_MAX] = "", last[TOKENS_CURSOR_MAX], all[64] = "";
		struct token_query query = table[i].query;
		struct listing listing;

		query.cursor = last;
		query.limit = 1;
		do {
			(void)strcpy(last, cursor);
			assert_int_equal(
				list(world, table[i].caller, &query, &listing, cursor), PAT_OK);
			(void)strcat(all, listing.names);
			assert_string_not_equal(cursor, last);
		} while (*cursor);
		assert_string_equal(all, "laptop laptop laptop laptop ");
	}
}

static void cursor_with_an_impossible_issuer_is_refused(void **state)
{
	static const char *const cursors[] = { "alice:1000@:laptop", "alice:1000@a b:laptop",
		"alice:1000@admin1", "alice:1000admin1:laptop", "alice:1000@-:laptop" };
	struct world *world = *state;

	for (size_t i = 0; i < COUNT(cursors); i++) {
		const struct token_query query = { .all = true, .cursor = cursors[i] };
		char cursor[TOKENS_CURSOR_MAX];
		struct listing listing;

		assert_that(list(world, &root, &query, &listing, cursor) == PAT_ERR_INVALID_ARGS,
			"%s", cursors[i]);
	}
}

static void longest_name_and_user_fit_a_cursor(void **state)
{
	struct world *world = *state;
	char cursor[TOKENS_CURSOR_MAX] = "", name[PAT_NAME_BYTES_MAX + 1] = "";
	struct caller owner = { .uid = UINT32_MAX - 1 };
	struct token_query query = { .all = true, .cursor = "", .limit = 1 };
	struct listing listing;

	memset(owner.user, 'u', sizeof(owner.user) - 1);
	for (int i = 0; i < PAT_NAME_MAX; i++)
		(void)strcat(name, "\xF0\x9F\x94\x91");
	(void)world_generate(world, &owner, name);
	/* One more after it. */
	name[PAT_NAME_BYTES_MAX - 1] = '\x92';
	(void)world_generate(world, &owner, name);
	world_edit(world, "UPDATE token SET issuer = printf('%.63c', 'a')");
	assert_int_equal(list(world, &root, &query, &listing, cursor), PAT_OK);
	assert_int_equal(strlen(cursor), 255 + 1 + 10 + 1 + 63 + 1 + 1020);
	assert_true(strlen(cursor) < sizeof(cursor));
	query.cursor = cursor;
	{
		char next[TOKENS_CURSOR_MAX];

		assert_int_equal(list(world, &root, &query, &listing, next), PAT_OK);
		assert_int_equal(listing.rows, 1);
		assert_string_equal(next, "");
	}
}

/* Of a list that finds nothing. */
static unsigned int count_pages(struct world *world, const struct token_query *query)
{
	char cursor[TOKENS_CURSOR_MAX] = "", last[TOKENS_CURSOR_MAX];
	struct token_query next = *query;
	struct listing listing;
	unsigned int pages = 0;

	next.cursor = last;
	do {
		(void)strcpy(last, cursor);
		assert_int_equal(list(world, &root, &next, &listing, cursor), PAT_OK);
		assert_int_equal(listing.rows, 0);
		pages++;
	} while (*cursor);
	return pages;
}

static void page_looks_at_a_bounded_number_of_tokens(void **state)
{
	static const struct token_query table[] = {
		{ .state = "active", .all = true },
		{ .state = "active", .all = true, .id_prefix = "0" },
		{ .name_pattern = "*no such name*", .all = true },
	};
	struct world *world = *state;

	world_fill(world, 3000);
	for (size_t i = 0; i < COUNT(table); i++)
		assert_int_equal(count_pages(world, &table[i]), 3);
}

/* Both as long as they may be, which takes as long as 64 rows. */
static void page_with_costly_pattern_looks_at_fewer_tokens(void **state)
{
	char pattern[256] = "";
	const struct token_query query = { .all = true, .name_pattern = pattern };
	struct world *world = *state;

	memset(pattern, 'x', sizeof(pattern) - 1);
	world_fill(world, 320);
	world_edit(world, "UPDATE token SET name = name || printf('%249s', 'x')");
	assert_int_equal(count_pages(world, &query), 20);
}

static void distant_match_is_found(void **state)
{
	static const struct {
		const struct caller *caller;
		struct token_query query;
	} table[] = {
		{ &alice, { .name_pattern = "*2[9]99" } },
		{ &alice, { .id_prefix = "0000002999" } },
		{ &alice, { .has_expiring_before = true, .expiring_before = NOON } },
		{ &root, { .all = true, .service = "sudo" } },
		{ &root, { .all = true, .service = "sudo", .id_prefix = "0" } },
		{ &root, { .user = "alice", .service = "sudo" } },
	};
	struct world *world = *state;

	world_fill(world, 3000);
	world_edit(world, "UPDATE token SET last_used_service = 'sudo', expires_at = 1"
			  " WHERE name = 'n02999'");
	for (size_t i = 0; i < COUNT(table); i++) {
		char cursor[TOKENS_CURSOR_MAX] = "", last[TOKENS_CURSOR_MAX];
		unsigned int pages = 0, rows = 0;

		do {
			struct token_query query = table[i].query;
			struct listing listing;

			(void)strcpy(last, cursor);
			query.cursor = last;
			assert_int_equal(
				list(world, table[i].caller, &query, &listing, cursor), PAT_OK);
			pages++;
			rows += listing.rows;
		} while (*cursor);
		assert_that(rows == 1 && pages > 1, "%zu: %u rows on %u pages", i, rows, pages);
	}
}

static void cursor_of_user_names_no_other_users_token(void **state)
{
	struct world *world = *state;
	char cursor[TOKENS_CURSOR_MAX];
	struct token_query query = { .cursor = "", .id_prefix = "0", .state = "active" };
	struct listing listing;

	/* Alice's begin with 0, and there are more than one page looks at. */
	world_fill(world, 3000);
	assert_int_equal(list(world, &bob, &query, &listing, cursor), PAT_OK);
	assert_string_equal(cursor, "");
	assert_int_equal(list(world, &alice, &query, &listing, cursor), PAT_OK);
	assert_memory_equal(cursor, "alice:1000:", 11);
}

static void ids_are_paged_in_their_order_while_tokens_go(void **state)
{
	struct world *world = *state;
	char cursor[TOKENS_CURSOR_MAX] = "", last[TOKENS_CURSOR_MAX];
	unsigned int rows = 0;

	world_fill(world, 600);
	do {
		struct token_query query = {
			.cursor = last, .limit = 50, .all = true, .id_prefix = "0"
		};
		struct listing listing;
		char first[16];

		(void)strcpy(last, cursor);
		assert_int_equal(list(world, &root, &query, &listing, cursor), PAT_OK);
		(void)snprintf(first, sizeof(first), "n%05u ", rows);
		assert_memory_equal(listing.names, first, 7);
		rows += listing.rows;
		/* The row that the cursor stands on goes. */
		if (*cursor) {
			char sql[64];

			(void)snprintf(
				sql, sizeof(sql), "DELETE FROM token WHERE id = '%s'", cursor);
			world_edit(world, sql);
		}
	} while (*cursor);
	assert_int_equal(rows, 600);
}

static void add_with_id(struct world *world, const char *id)
{
	char sql[256];

	(void)snprintf(sql, sizeof(sql),
		"INSERT INTO token SELECT '%s', 'bob', 1001, '%s', " WORLD_ROW_REST, id, id);
	world_edit(world, sql);
}

/* In the order of bytes: what comes before the cursor is not of this listing, all else is. */
static void ids_are_paged_in_their_order_while_tokens_come(void **state)
{
	struct world *world = *state;
	char cursor[TOKENS_CURSOR_MAX], next[TOKENS_CURSOR_MAX];
	struct token_query query = { .cursor = "", .limit = 2, .all = true, .id_prefix = "0" };
	struct listing listing;

	add_with_id(world, "0B00000000");
	add_with_id(world, "0a00000000");
	add_with_id(world, "0z00000000");
	assert_int_equal(list(world, &root, &query, &listing, cursor), PAT_OK);
	assert_string_equal(listing.names, "0B00000000 0a00000000 ");
	assert_string_equal(cursor, "0a00000000");
	add_with_id(world, "0A00000000");
	add_with_id(world, "0b00000000");
	add_with_id(world, "1000000000");
	query.cursor = cursor;
	assert_int_equal(list(world, &root, &query, &listing, next), PAT_OK);
	assert_string_equal(listing.names, "0b00000000 0z00000000 ");
	assert_string_equal(next, "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WORLD_TEST(pages_follow_each_other_without_gap_or_repetition),
		WORLD_TEST(exactly_full_page_is_the_last),
		WORLD_TEST(pages_go_on_while_tokens_come_and_go),
		WORLD_TEST(pages_go_on_past_names_with_colons),
		WORLD_TEST(pages_go_on_past_tokens_of_one_name),
		WORLD_TEST(cursor_with_an_impossible_issuer_is_refused),
		WORLD_TEST(longest_name_and_user_fit_a_cursor),
		WORLD_TEST(page_looks_at_a_bounded_number_of_tokens),
		WORLD_TEST(page_with_costly_pattern_looks_at_fewer_tokens),
		WORLD_TEST(distant_match_is_found),
		WORLD_TEST(cursor_of_user_names_no_other_users_token),
		WORLD_TEST(ids_are_paged_in_their_order_while_tokens_go),
		WORLD_TEST(ids_are_paged_in_their_order_while_tokens_come),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
