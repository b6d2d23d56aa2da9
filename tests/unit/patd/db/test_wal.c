/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Tests of patd/db/wal, with logs that SQLite wrote. */
#include <errno.h>

#include "patd/db/database.h"
#include "patd/db/meta.h"
#include "patd/db/transaction.h"
#include "patd/db/wal.h"
#include "tests/unit/patd/logged.h"
#include "tests/unit/patd/place.h"

static struct place place;
static struct database *database;

static int write_number(void *userdata)
{
	const uint64_t *number = userdata;

	return meta_set_number(database, "number", *number);
}

static void change(uint64_t number)
{
	assert_int_equal(transaction_run(database, false, write_number, &number), 0);
}

static uint64_t number(void)
{
	uint64_t value = 0;

	assert_int_equal(meta_get_number(database, "number", &value), 0);
	return value;
}

/* As if patd had been killed: what is in the files is all there is. */
static void kill_and_start(void)
{
	(void)sqlite3_db_config(database->handle, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
	database->wal_state = WAL_SUSPECT;
	database_free(database);
	assert_int_equal(database_open(place.dir, &database), 0);
}

static void frames_of_a_log_are_counted_and_written_back(void **state)
{
	uint32_t frames = 0;

	(void)state;
	for (uint64_t n = 1; n <= 20; n++)
		change(n);
	assert_true(database->wal_frames >= 20);
	assert_int_equal(wal_write_back(database->wal_fd, database->wal_frames, &frames), 0);
	assert_int_equal(frames, database->wal_frames);
	assert_int_equal(number(), 20);
	kill_and_start();
	assert_int_equal(number(), 20);
	assert_int_equal(database->wal_frames, frames);
}

static void damaged_frame_is_reported_and_nothing_is_taken_for_synced(void **state)
{
	const uint8_t zeros[64] = { 0 };
	uint32_t frames = 77;

	(void)state;
	change(1);
	change(2);
	assert_int_equal(pwrite(database->wal_fd, zeros, sizeof(zeros), 32 + 24 + 100), 64);
	assert_int_equal(wal_write_back(database->wal_fd, database->wal_frames, &frames), -EBADMSG);
	assert_int_equal(frames, 77);
}

static void frames_after_the_last_commit_are_cut_off(void **state)
{
	uint32_t frames;

	(void)state;
	change(1);
	frames = database->wal_frames;
	change(2);
	change(3);
	assert_int_equal(wal_cut(database->wal_fd, database->page_size, frames), 0);
	kill_and_start();
	assert_int_equal(number(), 1);
	assert_int_equal(database->wal_frames, frames);
}

static void empty_log_is_emptied_on_disk(void **state)
{
	enum wal_state wal_state;
	uint64_t size;

	(void)state;
	change(1);
	assert_int_equal(database_fold(database_path(database), database->wal_fd, &wal_state), 0);
	assert_int_equal(wal_sync_empty(database->wal_fd), 0);
	assert_int_equal(wal_size(database->wal_fd, &size), 0);
	assert_int_equal(size, 0);
	assert_int_equal(number(), 1);
	database->wal_frames = 0;
	change(2);
	kill_and_start();
	assert_int_equal(number(), 2);
}

static int set_up(void **state)
{
	(void)state;
	logged_clear();
	place_make(&place);
	assert_int_equal(database_open(place.dir, &database), 0);
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
		TEST(frames_of_a_log_are_counted_and_written_back),
		TEST(damaged_frame_is_reported_and_nothing_is_taken_for_synced),
		TEST(frames_after_the_last_commit_are_cut_off),
		TEST(empty_log_is_emptied_on_disk),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
