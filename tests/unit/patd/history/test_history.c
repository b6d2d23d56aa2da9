/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Tests of patd/history/history. */
#include <errno.h>
#include <signal.h>
#include <sodium.h>
#include <sys/resource.h>

#include "patd/db/transaction.h"
#include "patd/history/history.h"
#include "tests/unit/patd/logged.h"
#include "tests/unit/patd/place.h"

#define FIRST_AT 1000 /* the time of the first entry; each is a second after the one before */

static struct place place;
static struct database *database;
static struct key *key;
static struct history *history;
static uint64_t next_seq; /* of the entry that is appended next */

/* ---- patd ---- */

static void start_with(uint8_t of_key)
{
	const uint8_t bytes[KEY_LEN] = { of_key };

	assert_int_equal(key_new(bytes, &key), 0);
	assert_int_equal(database_open(place.dir, &database), 0);
	assert_int_equal(history_new(database, key, &history), 0);
}

static void stop_patd(void)
{
	history_free(history);
	database_free(database);
	key_free(key);
	history = NULL;
	database = NULL;
	key = NULL;
}

static void restart(void)
{
	stop_patd();
	start_with(1);
}

/* As part of what is not committed yet. */
static void append_some(unsigned int count)
{
	for (unsigned int i = 0; i < count; i++) {
		struct entry entry = { .at = FIRST_AT - 1 + next_seq,
			.event = ENTRY_USED,
			.id = { "0123456789" },
			.user = "alice",
			.uid = 1000,
			.name = "laptop",
			.service = "sudo" };

		assert_int_equal(usage_write(database), 0);
		assert_int_equal(history_append(history, &entry), 0);
		assert_int_equal(entry.seq, next_seq++);
	}
}

static void append(unsigned int count)
{
	append_some(count);
	assert_int_equal(usage_commit(database), 0);
}

/* Until nothing more is to be removed. */
static uint64_t prune(uint64_t before, uint64_t max)
{
	bool more = true;
	uint64_t bad = 0;

	while (more)
		assert_int_equal(history_prune_some(history, before, max, &more, &bad), 0);
	assert_int_equal(usage_commit(database), 0);
	return bad;
}

static struct history_check check_all(void)
{
	struct history_check check = { 0 };

	while (!check.done)
		assert_int_equal(history_check_some(history, &check), 0);
	return check;
}

#define assert_good(count)                                                                         \
	do {                                                                                       \
		struct history_check good = check_all();                                           \
                                                                                                   \
		assert_that(                                                                       \
			!good.problem, "%llu: %s", (unsigned long long)good.bad, good.problem);    \
		assert_int_equal(good.bad, 0);                                                     \
		assert_int_equal(good.entries, count);                                             \
	} while (0)

static void assert_broken(uint64_t at, const char *what)
{
	struct history_check broken = check_all();

	assert_that(broken.problem != NULL, "%s", what);
	assert_that(broken.bad == at, "%s: at %llu, and not %llu (%s)", what,
		(unsigned long long)broken.bad, (unsigned long long)at, broken.problem);
}

/* ---- somebody with the right to write to the file, and without the key ---- */

static void edit(const char *sql)
{
	place_edit(&place, sql);
}

static int64_t ask(const char *sql)
{
	return place_ask(&place, sql);
}

static int set_up(void **state)
{
	(void)state;
	logged_clear();
	assert_true(sodium_init() >= 0);
	/* A file too large is an error and no signal, as on a full disk. */
	assert_true(signal(SIGXFSZ, SIG_IGN) != SIG_ERR);
	place_make(&place);
	next_seq = 1;
	start_with(1);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	stop_patd();
	place_remove(&place);
	return 0;
}

/* A world of its own for each case of a table: ten entries, of which the first two are pruned. */
static void begin_case(void)
{
	(void)tear_down(NULL);
	(void)set_up(NULL);
	append(10);
	prune(0, 8);
	assert_good(8);
	logged_clear();
}

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

/* ---- what was altered ---- */

/* Of ten, of which the first two are pruned; all but the last two keep the ends. */
static const struct tampering {
	const char *sql;
	uint64_t bad;
} tamperings[] = {
	{ "UPDATE history SET at = at + 1 WHERE seq = 5", 5 },
	{ "UPDATE history SET event = 2 WHERE seq = 5", 5 },
	{ "UPDATE history SET id = 'AAAAAAAAAA' WHERE seq = 5", 5 },
	{ "UPDATE history SET id = '' WHERE seq = 5", 5 },
	{ "UPDATE history SET user = 'bob' WHERE seq = 5", 5 },
	{ "UPDATE history SET uid = 0 WHERE seq = 5", 5 },
	{ "UPDATE history SET name = 'Laptop' WHERE seq = 5", 5 },
	{ "UPDATE history SET by_uid = 1 WHERE seq = 5", 5 },
	{ "UPDATE history SET how = 1 WHERE seq = 5", 5 },
	{ "UPDATE history SET service = 'su' WHERE seq = 5", 5 },
	{ "UPDATE history SET service = '', rhost = 'sudo' WHERE seq = 5", 5 },
	{ "UPDATE history SET rhost = '10.1.2.3' WHERE seq = 5", 5 },
	{ "UPDATE history SET tty = 'pts/0' WHERE seq = 5", 5 },
	{ "UPDATE history SET result = 2 WHERE seq = 5", 5 },
	{ "UPDATE history SET new_service = 1 WHERE seq = 5", 5 },
	{ "UPDATE history SET new_network = 1 WHERE seq = 5", 5 },
	{ "UPDATE history SET new_service = 2 WHERE seq = 5", 5 }, /* damaged: left out */
	{ "UPDATE history SET unrecorded = 1 WHERE seq = 5", 5 },
	{ "UPDATE history SET detail = 'x' WHERE seq = 5", 5 },
	{ "UPDATE history SET mac = zeroblob(32) WHERE seq = 5", 5 },
	{ "UPDATE history SET mac = (SELECT mac FROM history WHERE seq = 4) WHERE seq = 5", 5 },
	{ "UPDATE history SET seq = 50 WHERE seq = 5", 5 },
	/* Removed, swapped, inserted. */
	{ "DELETE FROM history WHERE seq = 5", 5 },
	{ "DELETE FROM history WHERE seq BETWEEN 5 AND 7", 5 },
	{ "DELETE FROM history WHERE seq = 5;"
	  "UPDATE history SET seq = seq - 1 WHERE seq > 5",
		5 },
	{ "UPDATE history SET seq = -5 WHERE seq = 5; UPDATE history SET seq = 5 WHERE seq = 6;"
	  "UPDATE history SET seq = 6 WHERE seq = -5",
		5 },
	{ "INSERT INTO history SELECT 11, at, event, id, user, uid, name, by_uid, how, service,"
	  " rhost, tty, result, new_service, new_network, unrecorded, detail, mac FROM history"
	  " WHERE seq = 10",
		11 },
	{ "INSERT INTO history SELECT 2, at, event, id, user, uid, name, by_uid, how, service,"
	  " rhost, tty, result, new_service, new_network, unrecorded, detail, mac FROM history"
	  " WHERE seq = 3",
		2 },
	/* The ends. */
	{ "DELETE FROM history WHERE seq = 3", 3 },
	{ "DELETE FROM history WHERE seq = 10", 10 },
	{ "DELETE FROM history WHERE seq > 5", 6 },
	{ "DELETE FROM history", 3 },
	{ "UPDATE history SET detail = 'x' WHERE seq = 3", 3 },
	{ "UPDATE history SET detail = 'x' WHERE seq = 10", 10 },
};

static void integrity__each_alteration_is_found_at_its_entry(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(tamperings); i++) {
		begin_case();
		edit(tamperings[i].sql);
		assert_broken(tamperings[i].bad, tamperings[i].sql);
		restart();
		assert_broken(tamperings[i].bad, tamperings[i].sql);
	}
}

/* But for a forged one after the end, whose place the next one takes. */
static void altered_history_goes_on_and_stays_broken(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(tamperings); i++) {
		const struct tampering *tampering = &tamperings[i];

		begin_case();
		edit(tampering->sql);
		append(2);
		assert_int_equal(ask("SELECT count(*) FROM history WHERE seq IN (11, 12)"), 2);
		if (tampering->bad == 11)
			assert_good(10);
		else
			assert_broken(tampering->bad, tampering->sql);
		restart();
		append(2);
		if (tampering->bad != 11)
			assert_broken(tampering->bad, tampering->sql);
	}
}

static const char *const seal_tamperings[] = {
	"DELETE FROM meta WHERE key = 'history'",
	"UPDATE meta SET value = zeroblob(112) WHERE key = 'history'",
	"UPDATE meta SET value = 'x' WHERE key = 'history'",
	/* The seal's numbers without its MAC. */
	"UPDATE meta SET value = CAST(x'04' || substr(value, 2) AS BLOB) WHERE key = 'history'",
	"UPDATE meta SET value = CAST(substr(value, 1, 8) || x'09' || substr(value, 10) AS BLOB)"
	" WHERE key = 'history'",
	/* With entries, as whoever wants to hide something would. */
	"DELETE FROM meta WHERE key = 'history'; DELETE FROM history WHERE seq > 5",
	"DELETE FROM meta WHERE key = 'history'; DELETE FROM history WHERE seq < 5",
	"UPDATE meta SET value = zeroblob(112) WHERE key = 'history'; DELETE FROM history",
	"DELETE FROM meta WHERE key = 'history'; UPDATE history SET at = -1 WHERE seq = 10",
	"DELETE FROM meta WHERE key = 'history';"
	"UPDATE history SET seq = 9223372036854775807 WHERE seq = 10",
};

static void integrity__altered_or_removed_seal_is_found(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(seal_tamperings); i++) {
		begin_case();
		edit(seal_tamperings[i]);
		assert_broken(1, seal_tamperings[i]);
		logged_clear();
		restart();
		assert_that(strstr(logged, "altered") != NULL, "%s", seal_tamperings[i]);
		assert_broken(1, seal_tamperings[i]);
	}
}

static void history_without_seal_goes_on_and_stays_broken(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(seal_tamperings); i++) {
		struct history_check broken;
		uint64_t joint;

		begin_case();
		edit(seal_tamperings[i]);
		restart();
		/* Behind the last entry that can be read, and is not absurdly far. */
		joint = (uint64_t)ask("SELECT coalesce(max(seq), 0) + 1 FROM history"
				      " WHERE seq < 4611686018427387903 AND at >= 0");
		next_seq = joint;
		append(5);
		broken = check_all();
		assert_that(broken.problem != NULL, "%s", seal_tamperings[i]);
		restart();
		append(5);
		broken = check_all();
		assert_that(broken.problem != NULL, "%s", seal_tamperings[i]);
		/* What is old does not take the break with it. */
		assert_that(prune(FIRST_AT + joint, 0) != 0, "%s", seal_tamperings[i]);
		append(1);
		broken = check_all();
		assert_that(broken.problem != NULL, "%s", seal_tamperings[i]);
	}
}

/* patd knows the end that it wrote last. */
static void running_patd_writes_the_seal_again(void **state)
{
	(void)state;
	append(5);
	edit("DELETE FROM meta WHERE key = 'history'");
	append(1);
	assert_good(6);
	edit("DELETE FROM meta WHERE key = 'history'; DELETE FROM history");
	assert_broken(1, "all removed");
	append(1);
	assert_broken(1, "all removed");
	restart();
	assert_broken(1, "all removed");
}

/* There is no token without the entry that it was generated. */
static void removed_history_is_missed_when_tokens_exist(void **state)
{
	(void)state;
	edit("INSERT INTO token VALUES ('0123456789', 'alice', 1000, 'laptop', zeroblob(32), 1, 0,"
	     " 0, '', '', '', 0, 0, 0, 0, '', 0, 0, 0, zeroblob(32), 0, 0, 0, '', '',"
	     " zeroblob(32), '')");
	append(1);
	assert_good(1);
	edit("DELETE FROM meta WHERE key = 'history'; DELETE FROM history");
	restart();
	assert_non_null(strstr(logged, "altered"));
	assert_broken(1, "before");
	next_seq = 1;
	append(1);
	assert_broken(1, "after");
	restart();
	assert_broken(1, "later");
}

static void other_key_makes_no_good_history(void **state)
{
	(void)state;
	append(5);
	assert_good(5);
	stop_patd();
	start_with(2);
	assert_non_null(strstr(logged, "altered"));
	assert_broken(1, "another key");
	append(1);
	assert_non_null(check_all().problem);
	/* Nor is what went on under it good under the first one. */
	restart();
	assert_non_null(check_all().problem);
}

/* What no check can find, as the header says, but an append does not hide either. */
static void restored_entries_are_good_again(void **state)
{
	(void)state;
	append(5);
	edit("CREATE TABLE kept AS SELECT * FROM history WHERE seq = 3;"
	     "DELETE FROM history WHERE seq = 3");
	append(1);
	assert_broken(3, "removed");
	edit("INSERT INTO history SELECT * FROM kept");
	assert_good(6);
}

/* ---- pruned ---- */

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
	edit("INSERT INTO history SELECT 100, 1, event, id, user, uid, name, by_uid, how, service,"
	     " rhost, tty, result, new_service, new_network, unrecorded, detail, mac FROM history"
	     " WHERE seq = 5");
	prune(FIRST_AT + 10, 0);
	append(3);
	assert_int_equal(ask("SELECT count(*) FROM history WHERE seq BETWEEN 6 AND 8"), 3);
	assert_broken(100, "forged");
	edit("DELETE FROM history WHERE seq = 100");
	assert_good(3);
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

#define TEST(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_new_history_is_good),
		TEST(entries_are_numbered_without_a_gap),
		TEST(entry_outside_of_a_transaction_is_refused),
		TEST(history_is_good_after_restart),
		TEST(different_entry_has_different_mac),
		TEST(integrity__each_alteration_is_found_at_its_entry),
		TEST(altered_history_goes_on_and_stays_broken),
		TEST(integrity__altered_or_removed_seal_is_found),
		TEST(history_without_seal_goes_on_and_stays_broken),
		TEST(running_patd_writes_the_seal_again),
		TEST(removed_history_is_missed_when_tokens_exist),
		TEST(other_key_makes_no_good_history),
		TEST(restored_entries_are_good_again),
		TEST(old_and_surplus_entries_are_pruned),
		TEST(empty_pruned_history_goes_on),
		TEST(history_is_good_after_each_slice_of_pruning),
		TEST(pruning_hides_no_break_in_kept_entries),
		TEST(integrity__pruning_removes_no_altered_entry),
		TEST(forged_entry_after_the_end_prunes_no_later_entries),
		TEST(check_tolerates_concurrent_appends_and_pruning),
		TEST(check_overtaken_by_pruning_continues),
		TEST(check_tolerates_entries_undone_by_a_full_disk),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
