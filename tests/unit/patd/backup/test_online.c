/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Tests of patd/backup/online: what is written into the database before the copy. */
#include <errno.h>

#include "patd/backup/online.h"
#include "patd/backup/restore.h"
#include "patd/db/sync.h"
#include "tests/unit/patd/logged.h"
#include "tests/unit/patd/world.h"

#define UNTOUCHED 1
#define LAST 2

static const uint8_t key_bytes[KEY_LEN] = { 1, 2, 3 }; /* the world's */

static struct {
	const int *results; /* of the flush, up to LAST; the one before that again and again */
	unsigned int flushes;
	int done; /* the result, UNTOUCHED: none yet */
} seen;

static sd_event *event;
static struct sync *sync_of_world;
static struct backups *backups;

static int flush(void *userdata)
{
	const int result = *seen.results;

	assert_ptr_equal(userdata, &seen);
	seen.flushes++;
	if (seen.results[1] != LAST)
		seen.results++;
	return result;
}

static void on_progress(uint64_t done, uint64_t total, void *userdata)
{
	(void)done;
	(void)total;
	(void)userdata;
}

static void on_done(int result, void *userdata)
{
	(void)userdata;
	assert_int_equal(seen.done, UNTOUCHED);
	seen.done = result;
}

static int set_up(void **state)
{
	int r = world_set_up(state);
	struct world *world = *state;

	place_write(&world->place, "key", 0600, key_bytes, sizeof(key_bytes));
	assert_int_equal(sd_event_new(&event), 0);
	assert_int_equal(sync_new(event, world->database, &sync_of_world), 0);
	assert_int_equal(
		backups_new(event, sync_of_world, world->place.dir, world->key, &backups), 0);
	backups_flush_first(backups, flush, &seen);
	return r;
}

static int tear_down(void **state)
{
	backups_free(backups);
	sync_free(sync_of_world);
	sd_event_unref(event);
	return world_tear_down(state);
}

/* Into the file "backup".  results: of the flush */
static int start(struct world *world, const int *results)
{
	const struct backup_order order = { on_progress, on_done, NULL };
	struct backup *backup;
	int fd = open(place_path(&world->place, "backup"), O_RDWR | O_CREAT | O_CLOEXEC, 0600), r;

	assert_true(fd >= 0);
	seen.results = results;
	seen.flushes = 0;
	seen.done = UNTOUCHED;
	r = backups_start(backups, fd, &order, &backup);
	assert_int_equal(close(fd), 0);
	return r;
}

static void run_until_done(void)
{
	while (seen.done == UNTOUCHED)
		assert_true(sd_event_run(event, UINT64_MAX) >= 0);
}

static void the_copy_begins_when_all_is_in_the_database(void **state)
{
	static const int results[] = { 1, -EAGAIN, 1, 0, LAST };
	struct world *world = *state;

	assert_int_equal(start(world, results), 0);
	run_until_done();
	assert_int_equal(seen.done, 0);
	assert_int_equal(seen.flushes, 4);
	assert_int_equal(restore_verify(place_path(&world->place, "backup")), 0);
}

static void there_is_no_backup_without_what_could_not_be_written(void **state)
{
	static const int results[] = { 1, -ENOSPC, LAST }, all_is_there[] = { 0, LAST };
	struct world *world = *state;

	assert_int_equal(start(world, results), 0);
	run_until_done();
	assert_int_equal(seen.done, -ENOSPC);
	assert_logged("a backup could not be made: No space left on device");
	assert_int_equal(place_stat(&world->place, "backup").st_size, 0);
	/* The next one can be made. */
	assert_int_equal(start(world, all_is_there), 0);
	run_until_done();
	assert_int_equal(seen.done, 0);
}

static void a_backup_that_waits_is_one_under_way(void **state)
{
	static const int results[] = { -EAGAIN, LAST };
	struct world *world = *state;
	const struct backup_order order = { on_progress, on_done, NULL };
	struct backup *other;

	assert_int_equal(start(world, results), 0);
	while (seen.flushes < 3)
		assert_true(sd_event_run(event, UINT64_MAX) >= 0);
	assert_int_equal(backups_start(backups, STDERR_FILENO, &order, &other), -EBUSY);
	assert_int_equal(seen.done, UNTOUCHED);
	backups_free(backups);
	backups = NULL;
	assert_int_equal(seen.done, -ECANCELED);
}

static void a_backup_that_waits_can_be_abandoned(void **state)
{
	static const int results[] = { -EAGAIN, LAST }, all_is_there[] = { 0, LAST };
	const struct backup_order order = { on_progress, on_done, NULL };
	struct world *world = *state;
	struct backup *backup;
	int fd = open(place_path(&world->place, "abandoned"), O_RDWR | O_CREAT | O_CLOEXEC, 0600);

	assert_true(fd >= 0);
	seen.results = results;
	seen.flushes = 0;
	seen.done = UNTOUCHED;
	assert_int_equal(backups_start(backups, fd, &order, &backup), 0);
	assert_int_equal(close(fd), 0);
	while (seen.flushes < 1)
		assert_true(sd_event_run(event, UINT64_MAX) >= 0);
	backup_abandon(backup);
	while (start(world, all_is_there) == -EBUSY)
		assert_true(sd_event_run(event, UINT64_MAX) >= 0);
	run_until_done();
	assert_int_equal(seen.done, 0);
	assert_int_equal(place_stat(&world->place, "abandoned").st_size, 0);
}

#define TEST(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(the_copy_begins_when_all_is_in_the_database),
		TEST(there_is_no_backup_without_what_could_not_be_written),
		TEST(a_backup_that_waits_is_one_under_way),
		TEST(a_backup_that_waits_can_be_abandoned),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
