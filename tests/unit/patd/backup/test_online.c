/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Tests of patd/backup/online: what is written into the database before the copy. */
#include <errno.h>
#include <fcntl.h>
#include <sys/epoll.h>

#include "patd/backup/backup_file.h"
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
	int pipe;
	bool ended; /* the pipe has */
	size_t size;
	uint8_t bytes[1 << 20]; /* what came */
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

/* results: of the flush */
static int start(const int *results)
{
	const struct backup_order order = { on_progress, on_done, NULL };
	struct backup *backup;

	seen.results = results;
	seen.flushes = 0;
	seen.done = UNTOUCHED;
	return backups_stream(backups, &order, &seen.pipe, &backup);
}

static int on_bytes(sd_event_source *source, int fd, uint32_t revents, void *userdata)
{
	ssize_t n = read(fd, seen.bytes + seen.size, sizeof(seen.bytes) - seen.size);

	(void)revents;
	(void)userdata;
	assert_true(n >= 0);
	seen.size += (size_t)n;
	seen.ended = n == 0;
	if (seen.ended)
		assert_true(sd_event_source_set_enabled(source, SD_EVENT_OFF) >= 0);
	return 0;
}

static void run_until_done(void)
{
	sd_event_source *source;

	seen.size = 0;
	seen.ended = false;
	assert_true(sd_event_add_io(event, &source, seen.pipe, EPOLLIN, on_bytes, NULL) >= 0);
	while (seen.done == UNTOUCHED || !seen.ended)
		assert_true(sd_event_run(event, UINT64_MAX) >= 0);
	sd_event_source_unref(source);
	close(seen.pipe);
}

/* The header, which comes last, stands first in a file. */
static void assert_backup_is_whole(struct world *world)
{
	const char *path = place_path(&world->place, "backup");
	int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	ssize_t image = (ssize_t)seen.size - BACKUP_HEADER_LEN;

	assert_true(fd >= 0 && image > 0);
	assert_int_equal(write(fd, seen.bytes + image, BACKUP_HEADER_LEN), BACKUP_HEADER_LEN);
	assert_int_equal(write(fd, seen.bytes, (size_t)image), image);
	assert_int_equal(close(fd), 0);
	assert_int_equal(restore_verify(path), 0);
}

static void the_copy_begins_when_all_is_in_the_database(void **state)
{
	static const int results[] = { 1, -EAGAIN, 1, 0, LAST };
	struct world *world = *state;

	assert_int_equal(start(results), 0);
	run_until_done();
	assert_int_equal(seen.done, 0);
	assert_int_equal(seen.flushes, 4);
	assert_backup_is_whole(world);
}

static void there_is_no_backup_without_what_could_not_be_written(void **state)
{
	static const int results[] = { 1, -ENOSPC, LAST }, all_is_there[] = { 0, LAST };

	(void)state;
	assert_int_equal(start(results), 0);
	run_until_done();
	assert_int_equal(seen.done, -ENOSPC);
	assert_logged("a backup could not be made: No space left on device");
	assert_int_equal(seen.size, 0);
	/* The next one can be made. */
	assert_int_equal(start(all_is_there), 0);
	run_until_done();
	assert_int_equal(seen.done, 0);
}

static void a_backup_that_waits_is_one_under_way(void **state)
{
	static const int results[] = { -EAGAIN, LAST };
	const struct backup_order order = { on_progress, on_done, NULL };
	struct backup *other;
	int fd;

	(void)state;
	assert_int_equal(start(results), 0);
	while (seen.flushes < 3)
		assert_true(sd_event_run(event, UINT64_MAX) >= 0);
	assert_int_equal(backups_stream(backups, &order, &fd, &other), -EBUSY);
	assert_int_equal(seen.done, UNTOUCHED);
	backups_free(backups);
	backups = NULL;
	assert_int_equal(seen.done, -ECANCELED);
	close(seen.pipe);
}

static void a_backup_that_waits_can_be_abandoned(void **state)
{
	static const int results[] = { -EAGAIN, LAST }, all_is_there[] = { 0, LAST };
	const struct backup_order order = { on_progress, on_done, NULL };
	struct backup *backup;
	char byte;
	int fd;

	(void)state;
	seen.results = results;
	seen.flushes = 0;
	seen.done = UNTOUCHED;
	assert_int_equal(backups_stream(backups, &order, &fd, &backup), 0);
	while (seen.flushes < 1)
		assert_true(sd_event_run(event, UINT64_MAX) >= 0);
	backup_abandon(backup);
	while (start(all_is_there) == -EBUSY)
		assert_true(sd_event_run(event, UINT64_MAX) >= 0);
	run_until_done();
	assert_int_equal(seen.done, 0);
	/* Nothing was written into the one that nobody wanted. */
	assert_int_equal(read(fd, &byte, 1), 0);
	close(fd);
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
