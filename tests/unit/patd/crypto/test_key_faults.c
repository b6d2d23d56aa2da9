/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Making and reading a key where each system call fails in turn. */
#include "tests/unit/patd/logged.h"
#include "tests/unit/patd/place.h"

#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "patd/crypto/key.h"

static struct place place;
static int dir;

/* The call that fails next, and the how manieth of them. */
static const char *failing = "";
static unsigned int nth;
static int with;

static bool fails(const char *call)
{
	if (strcmp(failing, call) != 0 || nth == 0 || --nth > 0)
		return false;
	errno = with;
	return true;
}

/* In the place of the C library's. */
ssize_t write(int fd, const void *bytes, size_t size)
{
	if (fails("short write"))
		return 1;
	return fails("write") ? -1 : syscall(SYS_write, fd, bytes, size);
}

int fsync(int fd)
{
	return fails("fsync") ? -1 : (int)syscall(SYS_fsync, fd);
}

int unlinkat(int at, const char *path, int flags)
{
	return fails("unlinkat") ? -1 : (int)syscall(SYS_unlinkat, at, path, flags);
}

int linkat(int at, const char *path, int new_at, const char *new_path, int flags)
{
	return fails("linkat") ? -1 : (int)syscall(SYS_linkat, at, path, new_at, new_path, flags);
}

int close(int fd)
{
	const int r = (int)syscall(SYS_close, fd);

	return fails("close") ? -1 : r;
}

static int set_up(void **state)
{
	(void)state;
	assert_true(sodium_init() >= 0);
	place_make(&place);
	dir = open(place.dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	assert_true(dir >= 0);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	failing = "";
	close(dir);
	place_remove(&place);
	return 0;
}

static void let_fail(const char *call, unsigned int which, int error)
{
	failing = call;
	nth = which;
	with = error;
}

static bool has(const char *name)
{
	return faccessat(dir, name, F_OK, 0) == 0;
}

/* Whatever fails, no key is in use that may not be on the disk, and none is left over. */
static void key_that_may_not_be_on_disk_is_never_in_use(void **state)
{
	static const struct {
		const char *call;
		unsigned int nth;
		int error, r;
		bool key, left;
	} table[] = {
		{ "unlinkat", 1, EIO, -EIO, false, false },
		{ "unlinkat", 1, ENOENT, 0, true, false },
		{ "write", 1, EIO, -EIO, false, false },
		{ "short write", 1, ENOSPC, -ENOSPC, false, false },
		{ "fsync", 1, EIO, -EIO, false, false },
		{ "close", 1, EIO, -EIO, false, false },
		{ "linkat", 1, EIO, -EIO, false, false },
		{ "fsync", 2, EIO, -EIO, true, false },
		{ "unlinkat", 2, EIO, -EIO, true, true },
	};
	const uint8_t bytes[KEY_LEN] = { 1 };

	(void)state;
	for (size_t i = 0; i < COUNT(table); i++) {
		let_fail(table[i].call, table[i].nth, table[i].error);
		assert_that(key_write(dir, bytes) == table[i].r, "%s", table[i].call);
		let_fail("", 0, 0);
		assert_that(has("key") == table[i].key, "%s", table[i].call);
		assert_that(has("key.new") == table[i].left, "%s", table[i].call);
		(void)unlinkat(dir, "key", 0);
		(void)unlinkat(dir, "key.new", 0);
	}
}

/* The first failure is the one that is told. */
static void second_failure_does_not_hide_the_first(void **state)
{
	const uint8_t bytes[KEY_LEN] = { 1 };

	(void)state;
	assert_int_equal(key_write(dir, bytes), 0);
	let_fail("unlinkat", 2, EIO);
	assert_int_equal(key_write(dir, bytes), -EEXIST);
	let_fail("", 0, 0);
	(void)unlinkat(dir, "key", 0);
	(void)unlinkat(dir, "key.new", 0);
}

static void key_is_not_made_in_a_folder_that_is_none(void **state)
{
	struct key *key = NULL;

	(void)state;
	assert_int_equal(key_create("/nonexistent", &key), -ENOENT);
	assert_null(key);
	assert_int_equal(mkdirat(dir, "key.new", 0700), 0);
	assert_int_equal(key_create(place.dir, &key), -EISDIR);
	assert_null(key);
	assert_int_equal(unlinkat(dir, "key.new", AT_REMOVEDIR), 0);
}

/* It is in clear a second time, and that is worth a line, but no reason not to serve. */
static void key_left_over_that_cannot_be_removed_is_told(void **state)
{
	struct key *key = NULL;

	(void)state;
	assert_int_equal(key_create(place.dir, &key), 0);
	key_free(key);
	logged_clear();
	let_fail("unlinkat", 1, EIO);
	assert_int_equal(key_read(place.dir, &key), 0);
	key_free(key);
	assert_non_null(strstr(logged, "cannot remove"));
}

#define TEST(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(key_that_may_not_be_on_disk_is_never_in_use),
		TEST(second_failure_does_not_hide_the_first),
		TEST(key_is_not_made_in_a_folder_that_is_none),
		TEST(key_left_over_that_cannot_be_removed_is_told),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
