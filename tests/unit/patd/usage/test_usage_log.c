/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Tests of patd/usage/usage_log: what is written is handed out again, and nothing else. */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <sodium.h>

#include "patd/usage/batch.h"
#include "patd/usage/usage_log.h"
#include "tests/unit/patd/logged.h"
#include "tests/unit/patd/place.h"

static struct place place;
static struct key *key;
static struct usage_log *usage;
static int dir_fd;

/* --- in the place of the kernel --- */

static int failing_syncs;

int fdatasync(int fd)
{
	static int (*real)(int fd);

	if (!real)
		*(void **)&real = dlsym(RTLD_NEXT, "fdatasync");
	if (failing_syncs == 0)
		return real(fd);
	failing_syncs--;
	errno = EIO;
	return -1;
}

/* --- the log --- */

static char handed_out[65536];

static int take(enum usage_kind kind, const union usage_record *record, void *userdata)
{
	size_t used = strlen(handed_out);

	(void)userdata;
	assert_int_equal(kind, USAGE_TIME);
	(void)snprintf(handed_out + used, sizeof(handed_out) - used, "%s%llu", used > 0 ? " " : "",
		(unsigned long long)record->time.now);
	return 0;
}

/* What a start after the batch of that number finds. */
static const char *start(uint64_t after)
{
	handed_out[0] = '\0';
	assert_int_equal(usage_log_new(dir_fd, key, &usage), 0);
	assert_int_equal(usage_log_replay(usage, after, take, NULL), 0);
	return handed_out;
}

static const char *restart(uint64_t after)
{
	usage_log_free(usage);
	return start(after);
}

static int write_one(uint64_t number)
{
	const struct usage_time time = { number };

	usage_log_add(usage, USAGE_TIME, &time);
	return usage_log_write(usage);
}

static void write_some(uint64_t first, uint64_t last)
{
	for (uint64_t n = first; n <= last; n++)
		assert_int_equal(write_one(n), 0);
}

static void damage(off_t at, uint8_t with)
{
	int fd = open(place_path(&place, USAGE_FILE), O_RDWR | O_CLOEXEC);
	uint8_t byte;

	assert_true(fd >= 0);
	assert_int_equal(pread(fd, &byte, 1, at), 1);
	byte ^= with;
	assert_int_equal(pwrite(fd, &byte, 1, at), 1);
	close(fd);
}

/* Each batch of one number. */
#define BATCH (BATCH_HEADER_BYTES + RECORD_HEADER_BYTES + 8)

static void file_is_private_and_allocated_at_once(void **state)
{
	struct stat before = place_stat(&place, USAGE_FILE), after;

	(void)state;
	assert_int_equal(before.st_mode & 07777, 0600);
	assert_true((size_t)before.st_blocks * 512 >= 2 * USAGE_SEGMENT_BYTES);
	write_some(1, 100);
	after = place_stat(&place, USAGE_FILE);
	assert_int_equal(before.st_size, after.st_size);
	assert_int_equal(before.st_blocks, after.st_blocks);
}

static void batches_are_handed_out_in_order_after_a_restart(void **state)
{
	(void)state;
	assert_string_equal(restart(0), "");
	write_some(1, 5);
	assert_string_equal(restart(0), "1 2 3 4 5");
	assert_string_equal(restart(3), "4 5");
	assert_string_equal(restart(5), "");
	write_some(6, 7);
	assert_string_equal(restart(5), "6 7");
	assert_int_equal(usage_log_last(usage), 7);
}

static void batch_of_several_records_is_whole(void **state)
{
	struct usage_time time = { 0 };

	(void)state;
	assert_false(usage_log_gathers(usage));
	for (time.now = 1; time.now <= 3; time.now++)
		usage_log_add(usage, USAGE_TIME, &time);
	assert_true(usage_log_gathers(usage));
	assert_int_equal(usage_log_write(usage), 0);
	assert_int_equal(usage_log_last(usage), 1);
	assert_string_equal(restart(0), "1 2 3");
	damage(BATCH_HEADER_BYTES + 4, 1);
	assert_string_equal(restart(0), "");
}

/* Of a power cut nothing is known but what was synced. */
static void torn_batch_ends_the_log(void **state)
{
	(void)state;
	for (off_t at = 0; at < BATCH; at++) {
		write_some(1, 5);
		damage(3 * BATCH + at, 0x40);
		assert_string_equal(restart(0), "1 2 3");
		/* What is behind it never follows what takes its place. */
		assert_int_equal(write_one(6), 0);
		assert_string_equal(restart(0), "1 2 3 6");
		usage_log_free(usage);
		assert_int_equal(unlinkat(dir_fd, USAGE_FILE, 0), 0);
		(void)start(0);
	}
}

static void another_key_reads_nothing(void **state)
{
	static const uint8_t bytes[KEY_LEN] = { 9 };

	(void)state;
	write_some(1, 3);
	usage_log_free(usage);
	key_free(key);
	assert_int_equal(key_new(bytes, &key), 0);
	assert_string_equal(start(0), "");
}

static void segments_take_turns_once_they_are_released(void **state)
{
	const uint64_t in_one = USAGE_SEGMENT_BYTES / BATCH;
	uint64_t n = 1;

	(void)state;
	while (write_one(100) == 0)
		n++;
	assert_true(n > 2 * (in_one - 2) && n <= 2 * in_one + 1);
	assert_int_equal(write_one(100), -ENOSPC);
	/* All is still there. */
	(void)restart(n - 3);
	assert_string_equal(handed_out, "100 100");
	assert_int_equal(usage_log_last(usage), n - 1);
	usage_log_release(usage, n - 2);
	assert_int_equal(write_one(7), 0);
	assert_string_equal(restart(n - 2), "100 7");
	for (int turn = 0; turn < 3; turn++) {
		while (write_one(8) == 0)
			;
		usage_log_release(usage, usage_log_last(usage));
	}
	assert_int_equal(write_one(9), 0);
	assert_string_equal(restart(usage_log_last(usage) - 1), "9");
}

/* What is gathered beside the record of a use may be too much for one batch. */
static void records_that_were_lost_on_the_way_are_not_taken_for_written(void **state)
{
	const struct usage_time time = { 5 };
	uint64_t n;

	(void)state;
	while (write_one(100) == 0)
		;
	n = usage_log_last(usage);
	for (size_t bytes = 0; bytes < 40000; bytes += RECORD_HEADER_BYTES + 8)
		usage_log_add(usage, USAGE_TIME, &time);
	usage_log_release(usage, n);
	assert_int_equal(usage_log_write(usage), -EIO);
	assert_int_equal(write_one(6), 0);
	assert_string_equal(restart(n), "6");
}

/* A batch that is not there any more must not be needed either. */
static void gap_between_segments_is_noticed(void **state)
{
	const uint64_t in_one = USAGE_SEGMENT_BYTES / BATCH;

	(void)state;
	write_some(1, 100);
	for (uint64_t n = 101; n <= in_one + 2; n++)
		assert_int_equal(write_one(100), 0);
	damage((off_t)(in_one - 1) * BATCH, 1);
	logged_clear();
	(void)restart(in_one - 3);
	assert_logged("lost");
	assert_string_equal(handed_out, "100 100");
	/* And what is behind it is gone for good. */
	logged_clear();
	(void)restart(in_one - 3);
	assert_string_equal(logged, "");
	assert_string_equal(handed_out, "100 100");
}

static int sync_once(void)
{
	struct usage_sync_order order;
	int r;

	if (!usage_log_begin_sync(usage, &order))
		return 1;
	r = usage_log_run_sync(usage, &order);
	usage_log_end_sync(usage, &order, r);
	return r;
}

static void sync_covers_what_was_written_before(void **state)
{
	struct usage_sync_order order;

	(void)state;
	assert_int_equal(sync_once(), 1);
	write_some(1, 3);
	assert_true(usage_log_begin_sync(usage, &order));
	write_some(4, 4);
	usage_log_end_sync(usage, &order, usage_log_run_sync(usage, &order));
	assert_int_equal(usage_log_synced(usage), 3);
	assert_int_equal(sync_once(), 0);
	assert_int_equal(usage_log_synced(usage), 4);
	assert_int_equal(sync_once(), 1);
}

static void failed_sync_is_followed_by_writing_back(void **state)
{
	struct usage_sync_order order;

	(void)state;
	write_some(1, 3);
	assert_int_equal(sync_once(), 0);
	write_some(4, 6);
	failing_syncs = 1;
	assert_int_equal(sync_once(), -EIO);
	assert_int_equal(usage_log_synced(usage), 3);
	assert_true(usage_log_begin_sync(usage, &order));
	assert_true(order.write_back);
	assert_int_equal(order.spans[0].from, 3 * BATCH);
	assert_int_equal(order.spans[0].to, 6 * BATCH);
	assert_int_equal(usage_log_run_sync(usage, &order), 0);
	usage_log_end_sync(usage, &order, 0);
	assert_int_equal(usage_log_synced(usage), 6);
	assert_string_equal(restart(0), "1 2 3 4 5 6");
}

/* What is in the database need not be on disk here; what comes after it must be found without it.
 */
static void batch_after_a_released_one_is_found_without_it(void **state)
{
	(void)state;
	write_some(1, 3);
	assert_int_equal(sync_once(), 0);
	write_some(4, 5);
	usage_log_release(usage, 5);
	assert_int_equal(write_one(6), 0);
	assert_int_equal(sync_once(), 0);
	/* A power cut: 4 and 5 were never synced. */
	damage(3 * BATCH + 20, 1);
	damage(4 * BATCH + 20, 1);
	assert_string_equal(restart(5), "6");
}

static void what_the_kernel_lost_is_not_taken_for_synced(void **state)
{
	(void)state;
	write_some(1, 3);
	failing_syncs = 1;
	assert_int_equal(sync_once(), -EIO);
	damage(BATCH + 30, 1);
	assert_int_equal(sync_once(), -EBADMSG);
	assert_int_equal(usage_log_synced(usage), 0);
	/* Nothing of it is needed once it is in the database. */
	usage_log_release(usage, 3);
	assert_int_equal(usage_log_synced(usage), 3);
	assert_int_equal(write_one(4), 0);
	assert_int_equal(sync_once(), 0);
}

/* It was perhaps never synced. */
static void what_an_earlier_patd_left_is_written_back(void **state)
{
	struct usage_sync_order order;

	(void)state;
	write_some(1, 3);
	(void)restart(1);
	assert_int_equal(usage_log_synced(usage), 1);
	assert_true(usage_log_begin_sync(usage, &order));
	assert_true(order.write_back);
	assert_int_equal(usage_log_run_sync(usage, &order), 0);
}

static int set_up(void **state)
{
	static const uint8_t bytes[KEY_LEN] = { 1 };

	(void)state;
	failing_syncs = 0;
	logged_clear();
	assert_true(sodium_init() >= 0);
	place_make(&place);
	dir_fd = open(place.dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	assert_true(dir_fd >= 0);
	assert_int_equal(key_new(bytes, &key), 0);
	(void)start(0);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	usage_log_free(usage);
	usage_log_free(NULL);
	key_free(key);
	close(dir_fd);
	place_remove(&place);
	return 0;
}

#define TEST(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(file_is_private_and_allocated_at_once),
		TEST(batches_are_handed_out_in_order_after_a_restart),
		TEST(batch_of_several_records_is_whole),
		TEST(torn_batch_ends_the_log),
		TEST(another_key_reads_nothing),
		TEST(segments_take_turns_once_they_are_released),
		TEST(records_that_were_lost_on_the_way_are_not_taken_for_written),
		TEST(gap_between_segments_is_noticed),
		TEST(sync_covers_what_was_written_before),
		TEST(failed_sync_is_followed_by_writing_back),
		TEST(batch_after_a_released_one_is_found_without_it),
		TEST(what_the_kernel_lost_is_not_taken_for_synced),
		TEST(what_an_earlier_patd_left_is_written_back),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
