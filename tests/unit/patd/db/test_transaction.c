/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Changes and usage, as transactions of the database. */
#include "patd/db/transaction.h"

#include <errno.h>

#include "patd/db/meta.h"
#include "tests/unit/patd/logged.h"
#include "tests/unit/patd/place.h"

static struct place place;
static struct database *database;
static unsigned int commits, undos;

static void observe(bool committed, void *userdata)
{
	(void)userdata;
	*(committed ? &commits : &undos) += 1;
}

/* A change that writes a number, and fails as often as it is told to. */
struct change {
	uint64_t number;
	int error;
	unsigned int failures, calls;
};

static int write_number(void *userdata)
{
	struct change *change = userdata;
	int r = meta_set_number(database, "number", change->number);

	assert_true(transaction_is_open(database));
	if (change->calls++ < change->failures)
		return change->error;
	return r;
}

static int run(struct change *change, bool may_use_reserve)
{
	return transaction_run(database, may_use_reserve, write_number, change);
}

static uint64_t number(void)
{
	uint64_t value = 0;

	assert_int_equal(meta_get_number(database, "number", &value), 0);
	return value;
}

static void change_is_committed_and_observed(void **state)
{
	struct change change = { .number = 7 };
	const uint64_t written = database->written;

	(void)state;
	assert_int_equal(run(&change, false), 0);
	assert_int_equal(number(), 7);
	assert_int_equal(commits, 1);
	assert_int_equal(undos, 0);
	assert_false(transaction_is_open(database));
	assert_int_equal(database->written, written + 1);
}

static void failed_change_is_undone_and_observed(void **state)
{
	struct change change = { .number = 7, .error = -ENOENT, .failures = 1 };

	(void)state;
	assert_int_equal(run(&change, true), -ENOENT);
	assert_int_equal(change.calls, 1);
	assert_int_equal(number(), 0);
	assert_int_equal(commits, 0);
	assert_int_equal(undos, 1);
	assert_false(transaction_is_open(database));
}

static void change_on_a_full_disk_gets_the_reserve_once(void **state)
{
	struct change once = { .number = 7, .error = -ENOSPC, .failures = 1 };
	struct change always = { .number = 8, .error = -ENOSPC, .failures = 9 };
	struct change plain = { .number = 9, .error = -ENOSPC, .failures = 1 };

	(void)state;
	assert_int_equal(run(&once, true), 0);
	assert_int_equal(once.calls, 2);
	assert_int_equal(number(), 7);
	/* Each attempt is a transaction of its own. */
	assert_int_equal(undos, 1);
	assert_int_equal(commits, 1);

	assert_int_equal(run(&plain, false), -ENOSPC);
	assert_int_equal(plain.calls, 1);
	assert_int_equal(run(&always, true), -ENOSPC);
	assert_int_equal(always.calls, 2);
	assert_int_equal(number(), 7);
	assert_false(place_has(&place, "reserve"));
	/* It is made again before anything else has room. */
	assert_int_equal(run(&plain, false), 0);
	assert_true(place_has(&place, "reserve"));
}

static void change_commits_usage_first(void **state)
{
	struct change change = { .number = 7, .error = -EEXIST, .failures = 1 };

	(void)state;
	assert_int_equal(meta_touch_number(database, "number", 5), 0);
	assert_int_equal(run(&change, false), -EEXIST);
	assert_int_equal(number(), 5);
	assert_int_equal(place_ask(&place, "SELECT value FROM meta WHERE key = 'number'"), 5);
	assert_int_equal(commits, 1);
	assert_int_equal(undos, 1);
}

static void undone_usage_is_lost_and_not_committed(void **state)
{
	(void)state;
	assert_int_equal(meta_touch_number(database, "number", 5), 0);
	assert_true(transaction_is_open(database));
	usage_undo(database);
	assert_int_equal(undos, 1);
	assert_false(transaction_is_open(database));
	assert_int_equal(number(), 0);
	/* It is told that what was gathered is lost; after that, usage is gathered again. */
	assert_true(usage_commit(database) < 0);
	assert_int_equal(commits, 0);
	assert_int_equal(meta_touch_number(database, "number", 6), 0);
	assert_int_equal(usage_commit(database), 0);
	assert_int_equal(number(), 6);
}

static int set_up(void **state)
{
	(void)state;
	commits = 0;
	undos = 0;
	logged_clear();
	place_make(&place);
	assert_int_equal(database_open(place.dir, &database), 0);
	transaction_observe(database, observe, NULL);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	database_free(database);
	place_remove(&place);
	return 0;
}

#define TEST(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(change_is_committed_and_observed),
		TEST(failed_change_is_undone_and_observed),
		TEST(change_on_a_full_disk_gets_the_reserve_once),
		TEST(change_commits_usage_first),
		TEST(undone_usage_is_lost_and_not_committed),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
