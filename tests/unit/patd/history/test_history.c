/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A history that is good: its numbers, its MACs, and checks while it goes on. */
#include <errno.h>

#include "tests/unit/patd/history/history_world.h"

/* ---- what is good ---- */

static void a_new_history_is_good(void **state)
{
	(void)state;
	assert_good(0);
	restart();
	assert_good(0);
	assert_string_equal(logged, "");
}

static void entries_are_numbered_without_a_gap(void **state)
{
	(void)state;
	append(3);
	restart();
	append(1);
	assert_int_equal(ask("SELECT count(*) FROM history"), 4);
	assert_int_equal(ask("SELECT max(seq) FROM history"), 4);
}

static void entry_outside_of_a_transaction_is_refused(void **state)
{
	struct entry entry = { .at = FIRST_AT };

	(void)state;
	assert_int_equal(history_append(history, &entry), -EIO);
	append(1);
	assert_good(1);
}

static void history_is_good_after_restart(void **state)
{
	(void)state;
	append(3);
	assert_good(3);
	restart();
	assert_good(3);
	append(600); /* more than a slice of a check */
	restart();
	assert_good(603);
	assert_string_equal(logged, "");
}

/* Their lengths are in the MAC: what one text loses, the next cannot gain. */
static void different_entry_has_different_mac(void **state)
{
	struct entry one = { .user = "ab", .name = "c" }, other = { .user = "a", .name = "bc" };
	const uint8_t before[ENTRY_MAC_LEN] = { 0 }, another[ENTRY_MAC_LEN] = { 1 };
	uint8_t mac[ENTRY_MAC_LEN], another_mac[ENTRY_MAC_LEN];

	(void)state;
	key_entry_mac(key, &one, before, mac);
	key_entry_mac(key, &other, before, another_mac);
	assert_memory_not_equal(mac, another_mac, sizeof(mac));
	key_entry_mac(key, &one, another, another_mac);
	assert_memory_not_equal(mac, another_mac, sizeof(mac));
}

/* ---- a check while the history goes on ---- */

static void check_tolerates_concurrent_appends_and_pruning(void **state)
{
	struct history_check check = { 0 };
	unsigned int slices = 0;
	bool more;
	uint64_t bad;

	(void)state;
	append(3000);
	while (!check.done) {
		assert_int_equal(history_check_some(history, &check), 0);
		if (slices++ < 20) {
			/* Some that are committed, and some that are not yet. */
			append(3);
			append_some(2);
			assert_int_equal(history_prune_some(history,
						 FIRST_AT + 200 * (uint64_t)slices, 0, &more, &bad),
				0);
		}
	}
	assert_that(!check.problem, "at %llu: %s", (unsigned long long)check.bad, check.problem);
	assert_true(slices > 5);
	assert_int_equal(usage_commit(database), 0);
	assert_good(ask("SELECT count(*) FROM history"));
}

static void check_overtaken_by_pruning_continues(void **state)
{
	struct history_check check = { 0 };

	(void)state;
	append(1000);
	assert_int_equal(history_check_some(history, &check), 0);
	assert_false(check.done);
	prune(FIRST_AT + 800, 0);
	while (!check.done)
		assert_int_equal(history_check_some(history, &check), 0);
	assert_null(check.problem);
	assert_int_equal(check.first, 801);

	check = (struct history_check) { 0 };
	append(1000);
	assert_int_equal(history_check_some(history, &check), 0);
	prune(UINT64_MAX, 0);
	while (!check.done)
		assert_int_equal(history_check_some(history, &check), 0);
	assert_null(check.problem);
}

/* What a full disk undid was never there, though a check may have seen it. */
static void check_tolerates_entries_undone_by_a_full_disk(void **state)
{
	struct history_check check = { 0 };
	struct rlimit unlimited, full;
	struct stat wal;

	(void)state;
	append(300);
	append_some(300);
	while (check.next <= 301)
		assert_int_equal(history_check_some(history, &check), 0);
	assert_false(check.done);

	wal = place_stat(&place, "patd.db-wal");
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &unlimited), 0);
	full = (struct rlimit) { (rlim_t)wal.st_size, unlimited.rlim_max };
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &full), 0);
	assert_true(usage_commit(database) < 0);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &unlimited), 0);
	next_seq = 301;

	append(150);
	while (!check.done)
		assert_int_equal(history_check_some(history, &check), 0);
	assert_that(!check.problem, "at %llu: %s", (unsigned long long)check.bad, check.problem);
	assert_int_equal(check.entries, 450);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_new_history_is_good),
		TEST(entries_are_numbered_without_a_gap),
		TEST(entry_outside_of_a_transaction_is_refused),
		TEST(history_is_good_after_restart),
		TEST(different_entry_has_different_mac),
		TEST(check_tolerates_concurrent_appends_and_pruning),
		TEST(check_overtaken_by_pruning_continues),
		TEST(check_tolerates_entries_undone_by_a_full_disk),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
