/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Tests of patd/history/history_rows. */
#include <errno.h>

#include "patd/history/history_rows.h"
#include "patd/model/sources.h"
#include "tests/unit/patd/logged.h"
#include "tests/unit/patd/place.h"

static struct place place;
static struct database *database;
static struct statements *rows;

static void edit(const char *sql)
{
	place_edit(&place, sql);
}

static struct entry an_entry(
	uint64_t seq, uint64_t at, const char *id, const char *user, uint32_t uid)
{
	struct entry entry = { .seq = seq, .at = at, .event = ENTRY_USED, .uid = uid };

	(void)strcpy(entry.id.text, id);
	(void)strcpy(entry.user, user);
	return entry;
}

static void append(const struct entry *entry)
{
	const struct history_seal seal = { .first = 1, .last = entry->seq };

	assert_int_equal(history_rows_append(rows, entry, &seal), 0);
}

static int collect(const struct entry *entry, void *userdata)
{
	char *list = userdata, number[32];

	(void)snprintf(number, sizeof(number), "%s%llu", list[0] == '\0' ? "" : " ",
		(unsigned long long)entry->seq);
	(void)strcat(list, number);
	return 0;
}

/* The seqs of what is listed. */
static const char *listed(const struct entry_filter *filter)
{
	static char list[1024];

	list[0] = '\0';
	assert_int_equal(history_rows_list(rows, filter, collect, list), 0);
	return list;
}

static const char *all(void)
{
	return listed(&(const struct entry_filter) { 0 });
}

/* ---- entries ---- */

static int keep(const struct entry *entry, void *userdata)
{
	*(struct entry *)userdata = *entry;
	return 0;
}

static void fill(char *text, size_t size, char with)
{
	memset(text, with, size - 1);
	text[size - 1] = '\0';
}

static void appended_entry_is_listed_unchanged(void **state)
{
	struct entry entry = an_entry(INT64_MAX - 1, INT64_MAX, "0123456789", "", UINT32_MAX), got;

	(void)state;
	entry.event = ENTRY_EVENTS - 1;
	entry.by_uid = UINT32_MAX;
	entry.how = ENTRY_HOWS - 1;
	entry.result = PAT_VERDICTS - 1;
	entry.new_service = true;
	entry.unrecorded = INT64_MAX;
	fill(entry.user, sizeof(entry.user), 'u');
	fill(entry.name, PAT_NAME_MAX + 1, 'n');
	fill(entry.service, sizeof(entry.service), 's');
	fill(entry.rhost, sizeof(entry.rhost), 'r');
	fill(entry.tty, sizeof(entry.tty), 't');
	fill(entry.detail, PAT_NAME_MAX + 1, 'd');
	memset(entry.mac, 0xA5, sizeof(entry.mac));
	append(&entry);
	memset(&got, 0xEE, sizeof(got));
	assert_int_equal(
		history_rows_list(rows, &(const struct entry_filter) { 0 }, keep, &got), 0);
	assert_memory_equal(&got, &entry, sizeof(entry));
}

static int stop_reading(const struct entry *entry, void *userdata)
{
	(void)entry;
	++*(int *)userdata;
	return -ECANCELED;
}

static void listing_ends_when_callback_returns_nonzero(void **state)
{
	struct entry entry = an_entry(1, 1, "0123456789", "alice", 1000);
	int calls = 0;

	(void)state;
	append(&entry);
	entry.seq = 2;
	append(&entry);
	assert_int_equal(
		history_rows_list(rows, &(const struct entry_filter) { 0 }, stop_reading, &calls),
		-ECANCELED);
	assert_int_equal(calls, 1);
}

/* What stands where the next entry belongs is not the history's. */
static void entry_replaces_a_forged_one(void **state)
{
	struct entry entry = an_entry(1, 1, "0123456789", "forged", 1000), got;

	(void)state;
	append(&entry);
	(void)strcpy(entry.user, "alice");
	append(&entry);
	assert_int_equal(
		history_rows_list(rows, &(const struct entry_filter) { 0 }, keep, &got), 0);
	assert_string_equal(got.user, "alice");
}

/* ---- the seal ---- */

static void seal_is_the_one_written_last(void **state)
{
	struct history_seal seal = { .first = 3, .last = INT64_MAX }, got;
	struct entry entry = an_entry(1, 1, "", "", 0);

	(void)state;
	assert_int_equal(history_rows_seal(rows, &got), -ENOENT);
	memset(seal.before_first, 1, sizeof(seal.before_first));
	memset(seal.at_last, 2, sizeof(seal.at_last));
	memset(seal.mac, 3, sizeof(seal.mac));
	assert_int_equal(history_rows_append(rows, &entry, &seal), 0);
	memset(&got, 0xEE, sizeof(got));
	assert_int_equal(history_rows_seal(rows, &got), 0);
	assert_memory_equal(&got, &seal, sizeof(seal));

	seal.first = 4;
	assert_int_equal(history_rows_prune(rows, 1, &seal), 0);
	assert_int_equal(history_rows_seal(rows, &got), 0);
	assert_memory_equal(&got, &seal, sizeof(seal));
	assert_string_equal(all(), "");
}

static void malformed_seal_is_damage(void **state)
{
	static const char *const values[] = { "7", "'text'", "x'00'", "zeroblob(113)" };
	struct history_seal seal;
	char sql[128];

	(void)state;
	for (size_t i = 0; i < COUNT(values); i++) {
		(void)snprintf(sql, sizeof(sql),
			"INSERT OR REPLACE INTO meta VALUES ('history', %s)", values[i]);
		edit(sql);
		assert_that(history_rows_seal(rows, &seal) == -EBADMSG, "%s", values[i]);
	}
}

/* ---- filters ---- */

#define A "AAAAAAAAAA"
#define B "BBBBBBBBBB"

/* Pruned: 1 and 2 are gone; then two that came in one second, and a gap that somebody cut. */
static void append_the_past(void)
{
	const struct entry past[] = {
		an_entry(3, 100, A, "alice", 1000),
		an_entry(4, 200, B, "bob", 1001),
		an_entry(5, 200, A, "alice", 1000),
		an_entry(6, 300, A, "alice", 1005), /* who had the name before */
		an_entry(7, 400, "", "alice", 0),   /* alice was disabled */
		an_entry(8, 500, "", "", 0),        /* everybody was */
		an_entry(20, 600, B, "alice", 1000),
		an_entry(21, 700, A, "alice", 1000),
	};

	for (size_t i = 0; i < COUNT(past); i++)
		append(&past[i]);
}

static void filter_lists_matching_entries(void **state)
{
	static const struct {
		struct entry_filter filter;
		const char *seqs;
	} cases[] = {
		{ { 0 }, "3 4 5 6 7 8 20 21" },
		{ { .reverse = true }, "21 20 8 7 6 5 4 3" },
		{ { .user = "alice" }, "3 5 6 7 20 21" },
		{ { .user = "alice", .by_uid = true, .uid = 1000 }, "3 5 7 20 21" },
		{ { .user = "alice", .by_uid = true, .uid = 1005 }, "6 7" },
		{ { .user = "alice", .by_uid = true, .uid = 0 }, "7" },
		{ { .user = "bob", .by_uid = true, .uid = 1001 }, "4" },
		{ { .user = "" }, "8" },
		{ { .user = "carol" }, "" },
		{ { .user = "ALICE" }, "" },
		{ { .user = "a%" }, "" },
		{ { .id = A }, "3 5 6 21" },
		{ { .id = B, .reverse = true }, "20 4" },
		{ { .id = "AAAAAAAAAB" }, "" },
		{ { .id = A, .user = "alice", .by_uid = true, .uid = 1000 }, "3 5 21" },
		{ { .id = B, .user = "alice" }, "20" },
		/* Both bounds are excluded. */
		{ { .after = 5 }, "6 7 8 20 21" },
		{ { .after = 8 }, "20 21" },
		{ { .after = 12 }, "20 21" },
		{ { .after = 21 }, "" },
		{ { .after = INT64_MAX }, "" },
		{ { .before = 5 }, "3 4" },
		{ { .before = 3 }, "" },
		{ { .before = INT64_MAX }, "3 4 5 6 7 8 20 21" },
		{ { .after = 4, .before = 8, .reverse = true }, "7 6 5" },
		{ { .after = 8, .before = 8 }, "" },
		{ { .after = 20, .before = 4 }, "" },
		/* Since a time: it and later.  Until a time: before it. */
		{ { .since = 1 }, "3 4 5 6 7 8 20 21" },
		{ { .since = 100 }, "3 4 5 6 7 8 20 21" },
		{ { .since = 101 }, "4 5 6 7 8 20 21" },
		{ { .since = 200 }, "4 5 6 7 8 20 21" },
		{ { .since = 201 }, "6 7 8 20 21" },
		{ { .since = 501 }, "20 21" },
		{ { .since = 700 }, "21" },
		{ { .since = 701 }, "" },
		{ { .since = INT64_MAX }, "" },
		{ { .until = 1 }, "" },
		{ { .until = 100 }, "" },
		{ { .until = 101 }, "3" },
		{ { .until = 200 }, "3" },
		{ { .until = 201 }, "3 4 5" },
		{ { .until = 600 }, "3 4 5 6 7 8" },
		{ { .until = 700 }, "3 4 5 6 7 8 20" },
		{ { .until = INT64_MAX }, "3 4 5 6 7 8 20 21" },
		{ { .since = 200, .until = 400 }, "4 5 6" },
		{ { .since = 400, .until = 400 }, "" },
		{ { .since = 400, .until = 200 }, "" },
		/* All at once: the narrower of two bounds counts. */
		{ { .since = 200, .after = 3 }, "4 5 6 7 8 20 21" },
		{ { .since = 200, .after = 6 }, "7 8 20 21" },
		{ { .until = 600, .before = 5 }, "3 4" },
		{ { .until = 200, .before = 20 }, "3" },
		{ { .user = "alice",
			  .by_uid = true,
			  .uid = 1000,
			  .since = 200,
			  .until = 700,
			  .before = 20,
			  .reverse = true },
			"7 5" },
	};

	(void)state;
	append_the_past();
	for (size_t i = 0; i < COUNT(cases); i++) {
		const char *seqs = listed(&cases[i].filter);

		assert_that(strcmp(seqs, cases[i].seqs) == 0, "case %zu: \"%s\" and not \"%s\"", i,
			seqs, cases[i].seqs);
	}
}

static void empty_history_lists_nothing(void **state)
{
	(void)state;
	assert_string_equal(all(), "");
	assert_string_equal(listed(&(const struct entry_filter) { .since = 5, .until = 9 }), "");
}

/* The seal may be the very thing that was altered. */
static void times_are_found_without_the_seal(void **state)
{
	static const char *const seals[] = {
		"DELETE FROM meta WHERE key = 'history'",
		"INSERT OR REPLACE INTO meta VALUES ('history', zeroblob(112))",
		"INSERT OR REPLACE INTO meta VALUES ('history', 'text')",
	};

	(void)state;
	append_the_past();
	for (size_t i = 0; i < COUNT(seals); i++) {
		edit(seals[i]);
		assert_string_equal(
			listed(&(const struct entry_filter) { .since = 200, .until = 400 }),
			"4 5 6");
	}
}

/* ---- damage ---- */

static void damaged_entry_is_left_out(void **state)
{
	static const char *const damages[] = {
		"at = -1",
		"event = 13",
		"event = -1",
		"id = 'short'",
		"id = 'AAAAAAAA A'",
		"id = CAST(x'4100' AS TEXT)",
		"user = char(10)",
		"user = printf('%256c', 'u')",
		"uid = 4294967296",
		"uid = -1",
		"name = char(27) || '[31m'",
		"name = CAST(x'C328' AS TEXT)",
		"by_uid = 4294967296",
		"how = 7",
		"service = printf('%64c', 's')",
		"rhost = 'a' || char(8238) || 'b'",
		"tty = CAST(x'70747300' AS TEXT)",
		"result = 26",
		"new_service = 2",
		"new_network = -1",
		"unrecorded = -1",
		"detail = printf('%256c', 'd')",
		"mac = x'00'",
		"mac = zeroblob(33)",
		"command = char(27)",
		"command = printf('%1024c', 'c')",
		"process = 'a' || char(8238) || 'b'",
		"process = printf('%1024c', 'p')",
		"answered = 2",
		"answered_by = 4294967296",
	};
	char sql[256];

	(void)state;
	for (size_t i = 0; i < COUNT(damages); i++) {
		edit("DELETE FROM history");
		append_the_past();
		(void)snprintf(sql, sizeof(sql), "UPDATE history SET %s WHERE seq = 6", damages[i]);
		edit(sql);
		logged_clear();
		assert_that(strcmp(all(), "3 4 5 7 8 20 21") == 0, "%s", damages[i]);
		assert_that(strstr(logged, "damaged") != NULL, "%s", damages[i]);
		/* Nor does it hide others from who looks for a time. */
		assert_that(
			strcmp(listed(&(const struct entry_filter) { .since = 200, .until = 500 }),
				"4 5 7") == 0,
			"%s", damages[i]);
	}
}

/* ---- where a token was used ---- */

static struct entry see(const char *id, const char *service, const char *rhost)
{
	struct entry entry = an_entry(1, 1, id, "alice", 1000);
	char network[SOURCES_NETWORK_MAX];

	(void)snprintf(entry.service, sizeof(entry.service), "%s", service);
	(void)snprintf(entry.rhost, sizeof(entry.rhost), "%s", rhost);
	sources_network(entry.rhost, network);
	assert_int_equal(history_rows_look(rows, &entry, network), 0);
	assert_int_equal(history_rows_see(rows, id, service, network), 0);
	return entry;
}

static void unseen_service_or_network_is_new(void **state)
{
	static const struct {
		const char *id, *service, *rhost;
		bool new_service, new_network;
	} uses[] = {
		{ A, "sudo", "", true, true },
		{ A, "sudo", "", false, false },
		{ A, "sshd", "", true, false },
		{ A, "sshd", "10.1.2.3", false, true },
		{ A, "sshd", "10.1.2.99", false, false }, /* the same network */
		{ A, "sshd", "::ffff:10.1.2.7", false, false },
		{ A, "sshd", "10.1.3.3", false, true },
		{ A, "sshd", "2001:db8::1", false, true },
		{ A, "sshd", "2001:db8::2", false, false },
		{ A, "sshd", "local", false, true }, /* a host of that name */
		{ A, "local", "host", true, true },
		{ B, "sudo", "", true, true },            /* another token */
		{ B, "10.1.2.0/24", "sudo", true, true }, /* a network is no service */
		{ A, "sudo", "10.1.2.1", false, false },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(uses); i++) {
		struct entry entry = see(uses[i].id, uses[i].service, uses[i].rhost);

		assert_that(entry.new_service == uses[i].new_service, "use %zu", i);
		assert_that(entry.new_network == uses[i].new_network, "use %zu", i);
	}
}

static int64_t count_seen(const char *where)
{
	char sql[128];

	(void)snprintf(sql, sizeof(sql), "SELECT count(*) FROM seen WHERE %s", where);
	return place_ask(&place, sql);
}

static void number_of_remembered_places_is_bounded(void **state)
{
	char service[16], rhost[16];

	(void)state;
	for (unsigned int i = 0; i < HISTORY_SEEN_MAX + 10; i++) {
		struct entry entry;

		(void)snprintf(service, sizeof(service), "s%u", i);
		(void)snprintf(rhost, sizeof(rhost), "10.0.%u.1", i);
		entry = see(A, service, rhost);
		assert_true(entry.new_service);
		assert_true(entry.new_network);
	}
	assert_int_equal(count_seen("kind = 's'"), HISTORY_SEEN_MAX);
	assert_int_equal(count_seen("kind = 'n'"), HISTORY_SEEN_MAX);
	/* Those within stay known, those beyond stay new, and another token has its own. */
	assert_false(see(A, "s0", "10.0.0.1").new_network);
	assert_true(see(A, service, rhost).new_network);
	assert_true(see(A, service, rhost).new_service);
	(void)see(B, service, rhost);
	assert_false(see(B, service, rhost).new_network);
}

static void forgotten_token_was_never_used(void **state)
{
	(void)state;
	(void)see(A, "sudo", "");
	(void)see(B, "sudo", "");
	assert_int_equal(history_rows_forget(rows, A), 0);
	assert_int_equal(count_seen("id = '" A "'"), 0);
	assert_false(see(B, "sudo", "").new_service);
	assert_true(see(A, "sudo", "").new_service);
}

/* ---- what it costs ---- */

#define MANY 100000
#define PAGE 100

static int first_page(const struct entry *entry, void *userdata)
{
	unsigned int *count = userdata;

	(void)entry;
	return ++*count == PAGE;
}

static int count_step(void *userdata)
{
	++*(unsigned int *)userdata;
	return 0;
}

/*
 * Counted in instructions of SQLite's machine, of which a row takes some twenty: each of these
 * pages looks at about as many rows as it has, and none at a hundred thousand.
 */
static void page_cost_does_not_depend_on_history_size(void **state)
{
	static const struct {
		const char *what;
		struct entry_filter filter;
		unsigned int rows; /* of the first page */
	} pages[] = {
		{ "the first page", { 0 }, PAGE },
		{ "the last page", { .reverse = true }, PAGE },
		{ "in the middle", { .after = MANY / 2 }, PAGE },
		{ "since", { .since = MANY - 50 }, 51 },
		{ "until", { .until = 50, .reverse = true }, 49 },
		{ "between", { .since = MANY / 2, .until = MANY / 2 + 30 }, 30 },
		{ "of few", { .user = "alice" }, 11 },
		{ "of few, by uid", { .user = "alice", .by_uid = true, .uid = 1000 }, 11 },
		{ "of few, newest first",
			{ .user = "alice", .by_uid = true, .uid = 1000, .reverse = true }, 11 },
		{ "of many", { .user = "bob", .by_uid = true, .uid = 1001 }, PAGE },
		{ "of many, newest first",
			{ .user = "bob", .by_uid = true, .uid = 1001, .reverse = true }, PAGE },
		{ "of nobody", { .user = "carol", .by_uid = true, .uid = 1002 }, 0 },
		{ "of one token", { .id = A }, 10 },
		{ "of one token, newest first", { .id = A, .reverse = true }, 10 },
		{ "of one token of somebody with many",
			{ .id = "CCCCCCCCCC", .user = "bob", .by_uid = true, .uid = 1001 }, 1 },
	};

	(void)state;
	edit("WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 100000)"
	     " INSERT INTO history SELECT i, i, 1, '" B "', 'bob', 1001, 'n', 0, 0, 'sshd', '',"
	     " '', 1, 0, 0, 0, '', zeroblob(32),"
	     " '', '', 0, 0 FROM n;"
	     "UPDATE history SET id = '" A "', user = 'alice', uid = 1000 WHERE seq % 10000 = 7;"
	     "UPDATE history SET id = '', user = 'alice', uid = 0 WHERE seq = 50001;"
	     "UPDATE history SET id = 'CCCCCCCCCC' WHERE seq = 70001;");
	for (size_t i = 0; i < COUNT(pages); i++) {
		unsigned int count = 0, steps = 0;

		sqlite3_progress_handler(database->handle, 1, count_step, &steps);
		assert_true(history_rows_list(rows, &pages[i].filter, first_page, &count) >= 0);
		sqlite3_progress_handler(database->handle, 0, NULL, NULL);
		assert_that(count == pages[i].rows, "%s: %u rows", pages[i].what, count);
		assert_that(steps < 5000, "%s: %u instructions", pages[i].what, steps);
	}
}

static int set_up(void **state)
{
	(void)state;
	logged_clear();
	place_make(&place);
	assert_int_equal(database_open(place.dir, &database), 0);
	assert_int_equal(history_rows_open(database, &rows), 0);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	statements_free(rows);
	database_free(database);
	place_remove(&place);
	return 0;
}

#define TEST(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(appended_entry_is_listed_unchanged),
		TEST(listing_ends_when_callback_returns_nonzero),
		TEST(entry_replaces_a_forged_one),
		TEST(seal_is_the_one_written_last),
		TEST(malformed_seal_is_damage),
		TEST(filter_lists_matching_entries),
		TEST(empty_history_lists_nothing),
		TEST(times_are_found_without_the_seal),
		TEST(damaged_entry_is_left_out),
		TEST(unseen_service_or_network_is_new),
		TEST(number_of_remembered_places_is_bounded),
		TEST(forgotten_token_was_never_used),
		TEST(page_cost_does_not_depend_on_history_size),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
