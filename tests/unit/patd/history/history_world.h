/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A history in a database, its key, and somebody who writes to the file without it. */
#pragma once

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

static inline void start_with(uint8_t of_key)
{
	const uint8_t bytes[KEY_LEN] = { of_key };

	assert_int_equal(key_new(bytes, &key), 0);
	assert_int_equal(database_open(place.dir, &database), 0);
	assert_int_equal(history_new(database, key, &history), 0);
}

static inline void stop_patd(void)
{
	history_free(history);
	database_free(database);
	key_free(key);
	history = NULL;
	database = NULL;
	key = NULL;
}

static inline void restart(void)
{
	stop_patd();
	start_with(1);
}

/* As part of what is not committed yet. */
static inline void append_some(unsigned int count)
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

static inline void append(unsigned int count)
{
	append_some(count);
	assert_int_equal(usage_commit(database), 0);
}

/* Until nothing more is to be removed. */
static inline uint64_t prune(uint64_t before, uint64_t max)
{
	bool more = true;
	uint64_t bad = 0;

	while (more)
		assert_int_equal(history_prune_some(history, before, max, &more, &bad), 0);
	assert_int_equal(usage_commit(database), 0);
	return bad;
}

static inline struct history_check check_all(void)
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

static inline void assert_broken(uint64_t at, const char *what)
{
	struct history_check broken = check_all();

	assert_that(broken.problem != NULL, "%s", what);
	assert_that(broken.bad == at, "%s: at %llu, and not %llu (%s)", what,
		(unsigned long long)broken.bad, (unsigned long long)at, broken.problem);
}

static inline void edit(const char *sql)
{
	place_edit(&place, sql);
}

static inline int64_t ask(const char *sql)
{
	return place_ask(&place, sql);
}

/* The SQL that inserts a copy of an entry, with another number and time; all are texts. */
#define COPY_OF(entry, seq, at)                                                                    \
	"INSERT INTO history SELECT " seq ", " at ", event, id, user, uid, name, by_uid, how,"     \
	" service, rhost, tty, result, new_service, new_network, unrecorded, detail, mac,"         \
	" command, process, answered, answered_by FROM history WHERE seq = " entry

static inline int set_up(void **state)
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

static inline int tear_down(void **state)
{
	(void)state;
	stop_patd();
	place_remove(&place);
	return 0;
}

/* A world of its own for each case of a table: ten entries, of which the first two are pruned. */
static inline void begin_case(void)
{
	(void)tear_down(NULL);
	(void)set_up(NULL);
	append(10);
	prune(0, 8);
	assert_good(8);
	logged_clear();
}

#define TEST(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)
