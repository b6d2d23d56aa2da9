/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A history of which the beginning is removed. */
#include "tests/unit/patd/history/history_world.h"

static void old_and_surplus_entries_are_pruned(void **state)
{
	static const struct {
		uint64_t before, max;
		int64_t first, count; /* of 10, at FIRST_AT and so on */
	} cases[] = {
		{ 0, 0, 1, 10 },
		{ FIRST_AT, 0, 1, 10 },
		{ FIRST_AT + 1, 0, 2, 9 },
		{ FIRST_AT + 9, 0, 10, 1 },
		{ 0, 10, 1, 10 },
		{ 0, 11, 1, 10 },
		{ 0, 9, 2, 9 },
		{ 0, 1, 10, 1 },
		{ FIRST_AT + 3, 8, 4, 7 },
		{ FIRST_AT + 1, 5, 6, 5 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		(void)tear_down(NULL);
		(void)set_up(NULL);
		append(10);
		prune(cases[i].before, cases[i].max);
		assert_int_equal(ask("SELECT min(seq) FROM history"), cases[i].first);
		assert_int_equal(ask("SELECT count(*) FROM history"), cases[i].count);
		assert_good(cases[i].count);
		append(1);
		assert_good(cases[i].count + 1);
		restart();
		assert_good(cases[i].count + 1);
	}
	assert_string_equal(logged, "");
}

static void empty_pruned_history_goes_on(void **state)
{
	(void)state;
	append(5);
	prune(UINT64_MAX, 0);
	assert_int_equal(ask("SELECT count(*) FROM history"), 0);
	assert_good(0);
	restart();
	assert_good(0);
	append(2);
	assert_int_equal(ask("SELECT min(seq) FROM history"), 6);
	assert_good(2);
	assert_string_equal(logged, "");
}

static void history_is_good_after_each_slice_of_pruning(void **state)
{
	unsigned int slices = 0;
	bool more = true;
	uint64_t bad;

	(void)state;
	append(1000);
	while (more) {
		assert_int_equal(history_prune_some(history, FIRST_AT + 900, 0, &more, &bad), 0);
		assert_int_equal(usage_commit(database), 0);
		assert_good(ask("SELECT count(*) FROM history"));
		append(1);
		assert_good(ask("SELECT count(*) FROM history"));
		slices++;
	}
	assert_true(slices > 2);
	assert_int_equal(ask("SELECT min(seq) FROM history"), 901);
}

static void pruning_hides_no_break_in_kept_entries(void **state)
{
	(void)state;
	append(10);
	edit("UPDATE history SET detail = 'x' WHERE seq = 8");
	prune(FIRST_AT + 5, 0);
	assert_broken(8, "pruned");
	append(1);
	assert_broken(8, "appended");
	/* Nor does it go with what is old. */
	assert_int_equal(prune(FIRST_AT + 8, 0), 8);
	assert_int_equal(ask("SELECT min(seq) FROM history"), 8);
	assert_broken(8, "pruned again");
	restart();
	assert_broken(8, "restarted");
}

/* Each would have been removed as old, and what is left sealed anew. */
static void integrity__pruning_removes_no_altered_entry(void **state)
{
	static const char *const edits[] = {
		"UPDATE history SET at = 1 WHERE seq = 5",
		"UPDATE history SET at = 1 WHERE seq BETWEEN 5 AND 9",
		"UPDATE history SET at = 1 << 40 WHERE seq = 5",
		"UPDATE history SET detail = 'x', at = 1 WHERE seq = 5",
		"DELETE FROM history WHERE seq = 5",
		"DELETE FROM history WHERE seq >= 5",
	};

	(void)state;
	for (size_t i = 0; i < COUNT(edits); i++) {
		begin_case();
		edit(edits[i]);
		assert_int_equal(prune(FIRST_AT + 8, 0), 5);
		append(1);
		assert_broken(5, edits[i]);
	}
}

static void forged_entry_after_the_end_prunes_no_later_entries(void **state)
{
	(void)state;
	append(5);
	edit(COPY_OF("5", "100", "1"));
	prune(FIRST_AT + 10, 0);
	append(3);
	assert_int_equal(ask("SELECT count(*) FROM history WHERE seq BETWEEN 6 AND 8"), 3);
	assert_broken(100, "forged");
	edit("DELETE FROM history WHERE seq = 100");
	assert_good(3);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(old_and_surplus_entries_are_pruned),
		TEST(empty_pruned_history_goes_on),
		TEST(history_is_good_after_each_slice_of_pruning),
		TEST(pruning_hides_no_break_in_kept_entries),
		TEST(integrity__pruning_removes_no_altered_entry),
		TEST(forged_entry_after_the_end_prunes_no_later_entries),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
