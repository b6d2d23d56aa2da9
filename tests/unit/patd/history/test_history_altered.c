/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A history that was altered: each alteration is found, and none is hidden by what follows. */
#include "tests/unit/patd/history/history_world.h"
#include "tests/unit/patd/schema_before.h"

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
	{ "UPDATE history SET command = 'id' WHERE seq = 5", 5 },
	{ "UPDATE history SET process = 'pid 1' WHERE seq = 5", 5 },
	{ "UPDATE history SET answered = 1 WHERE seq = 5", 5 },
	{ "UPDATE history SET answered_by = 1 WHERE seq = 5", 5 },
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
	{ COPY_OF("10", "11", "at"), 11 },
	{ COPY_OF("3", "2", "at"), 2 },
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

/* Of three, of which the second was approved. */
static const char *const approval_tamperings[] = {
	"UPDATE history SET command = 'reboot' WHERE seq = 2",
	"UPDATE history SET command = '' WHERE seq = 2",
	"UPDATE history SET command = process, process = command WHERE seq = 2",
	"UPDATE history SET process = 'pid 7' WHERE seq = 2",
	"UPDATE history SET process = '' WHERE seq = 2",
	"UPDATE history SET answered = 0 WHERE seq = 2",
	"UPDATE history SET answered_by = 0 WHERE seq = 2",
	"UPDATE history SET answered = 0, answered_by = 0 WHERE seq = 2",
	"UPDATE history SET command = '', process = '', answered = 0, answered_by = 0"
	" WHERE seq = 2",
};

static void append_approved(void)
{
	struct entry entry = { .at = FIRST_AT - 1 + next_seq,
		.event = ENTRY_USED,
		.id = { "0123456789" },
		.user = "alice",
		.uid = 1000,
		.name = "laptop",
		.service = "sudo",
		.command = "sudo id",
		.process = "pid 4711",
		.answered = true,
		.answered_by = 1000 };

	assert_int_equal(usage_write(database), 0);
	assert_int_equal(history_append(history, &entry), 0);
	assert_int_equal(entry.seq, next_seq++);
	assert_int_equal(usage_commit(database), 0);
}

static void integrity__altered_approval_is_found(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(approval_tamperings); i++) {
		(void)tear_down(NULL);
		(void)set_up(NULL);
		append(1);
		append_approved();
		append(1);
		assert_good(3);
		edit(approval_tamperings[i]);
		assert_broken(2, approval_tamperings[i]);
	}
}

static void integrity__entries_of_before_there_were_approvals_stay_valid(void **state)
{
	(void)state;
	append(2);
	edit(SCHEMA_WITHOUT_APPROVALS "PRAGMA user_version = 2");
	restart();
	assert_good(2);
	append_approved();
	assert_good(3);
	restart();
	assert_good(3);
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
	     " zeroblob(32), '', 0, '', '', '', 0, zeroblob(32), 0, '')");
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

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(integrity__each_alteration_is_found_at_its_entry),
		TEST(integrity__altered_approval_is_found),
		TEST(integrity__entries_of_before_there_were_approvals_stay_valid),
		TEST(altered_history_goes_on_and_stays_broken),
		TEST(integrity__altered_or_removed_seal_is_found),
		TEST(history_without_seal_goes_on_and_stays_broken),
		TEST(running_patd_writes_the_seal_again),
		TEST(removed_history_is_missed_when_tokens_exist),
		TEST(other_key_makes_no_good_history),
		TEST(restored_entries_are_good_again),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
