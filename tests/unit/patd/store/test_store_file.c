/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The file of the database: its modes, its lock, its WAL, and what is refused in its place. */
#include <dirent.h>
#include <errno.h>
#include <sys/wait.h>

#include "tests/unit/patd/logged.h"
#include "tests/unit/patd/store/store_world.h"

static void fold_empties_the_wal_into_the_database(void **state)
{
	struct token token = a_token("0123456789", "alice", 1000, "laptop");
	enum wal_state wal_state;
	char bytes[65536];
	size_t size;

	(void)state;
	(void)strcpy(token.name, "findmefindme");
	assert_int_equal(insert(&token), 0);
	size = place_read(&place, "patd.db", bytes, sizeof(bytes));
	assert_null(memmem(bytes, size, "findmefindme", 12));
	assert_int_equal(database_fold(database_path(database), database->wal_fd, &wal_state), 0);
	assert_int_equal(wal_state, WAL_SOUND);
	size = place_read(&place, "patd.db", bytes, sizeof(bytes));
	assert_non_null(memmem(bytes, size, "findmefindme", 12));
	assert_int_equal(place_stat(&place, "patd.db-wal").st_size, 0);
}

static void fold_beside_a_reader_keeps_the_wal(void **state)
{
	struct token token = a_token("0123456789", "alice", 1000, "laptop"), found;
	enum wal_state wal_state;

	(void)state;
	assert_int_equal(insert(&token), 0);
	assert_int_equal(usage_write(database), 0);
	assert_int_equal(store_get(store, "0123456789", &found), 0);
	assert_int_equal(
		database_fold(database_path(database), database->wal_fd, &wal_state), -EBUSY);
	assert_int_equal(wal_state, WAL_SOUND);
	assert_true(place_stat(&place, "patd.db-wal").st_size > 0);
	assert_int_equal(usage_commit(database), 0);
}

static void database_files_are_private(void **state)
{
	static const char *const files[] = { "patd.db", "patd.db-wal", "reserve" };
	struct token token = a_token("0123456789", "alice", 1000, "laptop");

	(void)state;
	assert_int_equal(insert(&token), 0);
	for (size_t i = 0; i < COUNT(files); i++)
		assert_that((place_stat(&place, files[i]).st_mode & 07777) == 0600, "%s", files[i]);
}

static void missing_directory_is_made_private(void **state)
{
	struct database *other;
	char dir[64];

	(void)state;
	(void)snprintf(dir, sizeof(dir), "%s/state", place.dir);
	assert_int_equal(database_open(dir, &other), 0);
	assert_int_equal(place_stat(&place, "state").st_mode & 07777, 0700);
	database_free(other);
}

static void second_patd_is_refused(void **state)
{
	struct database *second = NULL;

	(void)state;
	logged_clear();
	assert_int_equal(database_open(place.dir, &second), -EBUSY);
	assert_null(second);
	assert_logged("in use by another patd");
	reopen();
}

/* One that ends without a word gives the lock up, too. */
static void lock_of_dead_patd_is_released(void **state)
{
	pid_t child;
	int status;

	(void)state;
	close_all();
	child = fork();
	assert_true(child >= 0);
	if (child == 0)
		_exit(open_all() == 0 ? 0 : 1);
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
	assert_int_equal(open_all(), 0);
}

/* Each is refused with its message in the log, and left as it was. */
static void assert_refused(int error, const char *text)
{
	logged_clear();
	assert_int_equal(open_all(), error);
	assert_null(database);
	assert_logged(text);
	assert_logged(place.dir);
}

static void a_directory_in_its_place_is_refused(void **state)
{
	(void)state;
	close_all();
	assert_int_equal(unlink(place_path(&place, "patd.db")), 0);
	assert_int_equal(mkdir(place_path(&place, "patd.db"), 0700), 0);
	assert_refused(-EBADMSG, "not a regular file");
}

static void a_link_in_its_place_is_refused(void **state)
{
	char elsewhere[64];

	(void)state;
	close_all();
	(void)snprintf(elsewhere, sizeof(elsewhere), "%s/elsewhere", place.dir);
	assert_int_equal(rename(place_path(&place, "patd.db"), elsewhere), 0);
	assert_int_equal(symlink("elsewhere", place_path(&place, "patd.db")), 0);
	assert_refused(-EBADMSG, "not a regular file");
	assert_int_equal(unlink(place_path(&place, "patd.db")), 0);
	assert_int_equal(symlink("nowhere", place_path(&place, "patd.db")), 0);
	assert_refused(-EBADMSG, "not a regular file");
	assert_false(place_has(&place, "nowhere"));
}

static void a_database_that_others_can_touch_is_refused(void **state)
{
	static const mode_t modes[] = { 0644, 0660, 0602, 0604, 0400, 0200, 0000 };

	(void)state;
	close_all();
	for (size_t i = 0; i < COUNT(modes); i++) {
		assert_int_equal(chmod(place_path(&place, "patd.db"), modes[i]), 0);
		assert_refused(-EPERM, "0600");
	}
}

static void another_users_database_is_refused(void **state)
{
	(void)state;
	if (!unit_is_root())
		return;
	close_all();
	assert_int_equal(chown(place_path(&place, "patd.db"), 12345, (gid_t)-1), 0);
	assert_refused(-EPERM, "belong to patd's user");
}

static void a_directory_that_others_can_write_to_is_refused(void **state)
{
	static const mode_t modes[] = { 0770, 0702, 0777, 01777 };

	(void)state;
	close_all();
	for (size_t i = 0; i < COUNT(modes); i++) {
		assert_int_equal(chmod(place.dir, modes[i]), 0);
		assert_refused(-EPERM, "no other may");
	}
	assert_int_equal(chmod(place.dir, 0755), 0);
	assert_int_equal(open_all(), 0);
}

static void a_file_in_place_of_the_directory_is_refused(void **state)
{
	struct database *other = NULL;

	(void)state;
	place_write(&place, "file", 0600, "x", 1);
	assert_int_equal(database_open(place_path(&place, "file"), &other), -ENOTDIR);
	assert_int_equal(database_open(place_path(&place, "no/such"), &other), -ENOENT);
	assert_null(other);
}

/* The bytes of the file before and after a start that is refused. */
static void assert_refused_untouched(int error, const char *text)
{
	static char before[65536], after[65536];
	size_t size = place_read(&place, "patd.db", before, sizeof(before));

	assert_refused(error, text);
	assert_int_equal(place_read(&place, "patd.db", after, sizeof(after)), size);
	assert_memory_equal(before, after, size);
}

static void another_programs_database_is_refused(void **state)
{
	static const char *const makings[] = {
		"CREATE TABLE songs (title TEXT)",
		"PRAGMA application_id = 1; CREATE TABLE songs (title TEXT)",
		"PRAGMA application_id = 1; PRAGMA user_version = 1",
		"PRAGMA user_version = 1; CREATE TABLE token (id)",
	};

	(void)state;
	close_all();
	for (size_t i = 0; i < COUNT(makings); i++) {
		assert_int_equal(unlink(place_path(&place, "patd.db")), 0);
		edit(makings[i]);
		assert_refused_untouched(-EBADMSG, "was not written by patd");
	}
}

static void a_newer_database_is_refused(void **state)
{
	(void)state;
	close_all();
	edit("PRAGMA user_version = 6");
	assert_refused(-EPROTONOSUPPORT, "newer patd");
	edit("PRAGMA user_version = 2147483647");
	assert_refused(-EPROTONOSUPPORT, "newer patd");
}

static void a_database_without_a_version_is_refused(void **state)
{
	(void)state;
	close_all();
	edit("PRAGMA user_version = 0");
	assert_refused(-EBADMSG, "no valid version");
	edit("PRAGMA user_version = -1");
	assert_refused(-EBADMSG, "no valid version");
}

static void garbage_is_refused(void **state)
{
	static char garbage[8192];

	(void)state;
	close_all();
	memset(garbage, 'x', sizeof(garbage));
	place_write(&place, "patd.db", 0600, garbage, sizeof(garbage));
	assert_refused_untouched(-EBADMSG, "restore it from a backup");
	place_write(&place, "patd.db", 0600, "SQLite format 3", 16);
	/* Too short to be one; what SQLite makes of it, it is not ours to overwrite. */
	place_write(&place, "key", 0600, garbage, 32);
	assert_refused_untouched(-EBADMSG, "backup");
}

/*
 * At each page's end, and a byte after it.  Refused at once; or, where only the last page is cut,
 * when a row of it is read.
 */
static void truncated_database_yields_no_token(void **state)
{
	static char whole[1 << 18];
	size_t size;

	(void)state;
	for (unsigned int i = 0; i < 40; i++) {
		struct token token;
		char id[PAT_ID_LEN + 1];

		(void)snprintf(id, sizeof(id), "%010u", i);
		token = a_token(id, "alice", 1000, id);
		assert_int_equal(insert(&token), 0);
	}
	close_all();
	size = place_read(&place, "patd.db", whole, sizeof(whole));
	assert_true(size > 4096 * 3 && size < sizeof(whole));
	place_write(&place, "key", 0600, whole, 32);
	for (size_t length = 0; length < size; length += length % 4096 == 0 ? 1 : 4095) {
		place_write(&place, "patd.db", 0600, whole, length);
		logged_clear();
		if (open_all() < 0) {
			close_all();
			continue;
		}
		assert_that(length > size - 4096, "%zu bytes", length);
		for (unsigned int i = 0; i < 40; i++) {
			struct token found;
			char id[PAT_ID_LEN + 1];
			int r;

			(void)snprintf(id, sizeof(id), "%010u", i);
			r = store_get(store, id, &found);
			assert_true(r == -EBADMSG || (r == 0 && strcmp(found.name, id) == 0));
		}
		close_all();
	}
}

static void change_in_the_wal_is_found_after_a_kill(void **state)
{
	struct token token = a_token("0123456789", "alice", 1000, "laptop"), found;
	pid_t child;
	int status;

	(void)state;
	close_all();
	/* Killed with all of it in the WAL. */
	child = fork();
	assert_true(child >= 0);
	if (child == 0)
		_exit(open_all() == 0 && insert(&token) == 0 ? 0 : 1);
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
	assert_true(place_has(&place, "patd.db-wal"));
	assert_int_equal(open_all(), 0);
	assert_int_equal(store_get(store, "0123456789", &found), 0);
}

static void no_descriptor_is_left_behind(void **state)
{
	unsigned int before = 0, after = 0;

	(void)state;
	for (int round = 0; round < 2; round++) {
		DIR *fds = opendir("/proc/self/fd");
		unsigned int count = 0;

		assert_non_null(fds);
		while (readdir(fds))
			count++;
		closedir(fds);
		*(round == 0 ? &before : &after) = count;
		reopen();
	}
	assert_int_equal(before, after);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(fold_empties_the_wal_into_the_database),
		TEST(fold_beside_a_reader_keeps_the_wal),
		TEST(database_files_are_private),
		TEST(missing_directory_is_made_private),
		TEST(second_patd_is_refused),
		TEST(lock_of_dead_patd_is_released),
		TEST(a_directory_in_its_place_is_refused),
		TEST(a_link_in_its_place_is_refused),
		TEST(a_database_that_others_can_touch_is_refused),
		TEST(another_users_database_is_refused),
		TEST(a_directory_that_others_can_write_to_is_refused),
		TEST(a_file_in_place_of_the_directory_is_refused),
		TEST(another_programs_database_is_refused),
		TEST(a_newer_database_is_refused),
		TEST(a_database_without_a_version_is_refused),
		TEST(garbage_is_refused),
		TEST(truncated_database_yields_no_token),
		TEST(change_in_the_wal_is_found_after_a_kill),
		TEST(no_descriptor_is_left_behind),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
