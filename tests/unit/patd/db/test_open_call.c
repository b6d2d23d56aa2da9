/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Tests of patd/db/open_call. */
#include <errno.h>
#include <fcntl.h>
#include <sqlite3.h>

#include "patd/db/database.h"
#include "patd/db/open_call.h"
#include "tests/unit/patd/place.h"

static struct place place;
static int (*sqlite_open)(const char *path, int flags, int mode);

static int set_up(void **state)
{
	sqlite3_vfs *vfs = sqlite3_vfs_find(DATABASE_VFS);

	(void)state;
	place_make(&place);
	assert_int_equal(open_call_set_up(), 0);
	sqlite_open = (int (*)(const char *, int, int))vfs->xGetSystemCall(vfs, "open");
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	place_remove(&place);
	return 0;
}

static void what_cannot_be_written_to_is_not_opened_for_reading(void **state)
{
	const char *path = place_path(&place, "file");
	int fd;

	(void)state;
	assert_int_equal(sqlite_open(path, O_RDWR, 0), -1);
	place_write(&place, "file", 0600, "x", 1);
	errno = 0;
	assert_int_equal(sqlite_open(path, O_RDONLY, 0), -1);
	assert_int_equal(errno, ENOENT);
	/* That was SQLite's second attempt. */
	fd = sqlite_open(path, O_RDONLY, 0);
	assert_true(fd >= 0);
	assert_int_equal(close(fd), 0);
}

static void what_is_asked_for_next_is_opened(void **state)
{
	char other[sizeof(place.path)];
	int fd;

	(void)state;
	place_write(&place, "other", 0600, "x", 1);
	(void)strcpy(other, place.path);
	assert_int_equal(sqlite_open(place_path(&place, "file"), O_RDWR, 0), -1);
	fd = sqlite_open(other, O_RDONLY, 0);
	assert_true(fd >= 0);
	assert_int_equal(close(fd), 0);
}

#define TEST(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(what_cannot_be_written_to_is_not_opened_for_reading),
		TEST(what_is_asked_for_next_is_opened),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
