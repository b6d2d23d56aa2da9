/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A database that is looked at in memory. */
#include <errno.h>

#include "patd/db/image.h"
#include "tests/unit/patd/place.h"

static struct place place;
static uint8_t before[64 * 1024], after[64 * 1024];

static int set_up(void **state)
{
	(void)state;
	place_make(&place);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	place_remove(&place);
	return 0;
}

static void run(sqlite3 *db, const char *sql)
{
	assert_int_equal(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
}

static int map(struct image *image)
{
	int fd = open(place_path(&place, "db"), O_RDONLY | O_CLOEXEC), r;

	assert_true(fd >= 0);
	r = image_map(fd, image);
	assert_int_equal(close(fd), 0);
	return r;
}

/* As a copy of patd's database is: it says that there is a WAL. */
static size_t make(void)
{
	sqlite3 *db;

	assert_int_equal(sqlite3_open(place_path(&place, "db"), &db), SQLITE_OK);
	run(db, "PRAGMA journal_mode = WAL; CREATE TABLE t (x); INSERT INTO t VALUES ('kept')");
	assert_int_equal(sqlite3_close(db), SQLITE_OK);
	return place_read(&place, "db", before, sizeof(before));
}

static void image_grows_without_changing_the_file(void **state)
{
	const size_t size = make();
	struct image image;
	sqlite3 *db;

	(void)state;
	assert_int_equal(map(&image), 0);
	assert_int_equal(image_open(&image, &db), 0);
	run(db, "INSERT INTO t VALUES (zeroblob(512 * 1024))");
	assert_int_equal(sqlite3_close(db), SQLITE_OK);
	image_unmap(&image);
	assert_int_equal(place_read(&place, "db", after, sizeof(after)), size);
	assert_memory_equal(before, after, size);
	assert_false(place_has(&place, "db-wal"));
	assert_false(place_has(&place, "db-journal"));
}

static void image_has_a_maximum_size(void **state)
{
	struct image image;
	sqlite3 *db;

	(void)state;
	(void)make();
	assert_int_equal(map(&image), 0);
	assert_int_equal(image_open(&image, &db), 0);
	assert_int_equal(sqlite3_exec(db, "INSERT INTO t VALUES (zeroblob(4 * 1024 * 1024))", NULL,
				 NULL, NULL) &
				 0xFF,
		SQLITE_FULL);
	assert_int_equal(sqlite3_close(db), SQLITE_OK);
	image_unmap(&image);
}

static void too_small_file_is_no_image(void **state)
{
	struct image image;

	(void)state;
	(void)make();
	for (size_t size = 0; size < 100; size += 33) {
		place_write(&place, "db", 0600, before, size);
		assert_int_equal(map(&image), -EBADMSG);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			image_grows_without_changing_the_file, set_up, tear_down),
		cmocka_unit_test_setup_teardown(image_has_a_maximum_size, set_up, tear_down),
		cmocka_unit_test_setup_teardown(too_small_file_is_no_image, set_up, tear_down),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
