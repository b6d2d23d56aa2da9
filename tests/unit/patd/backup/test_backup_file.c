/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A backup as a file, and what makes one be refused. */
#include <errno.h>
#include <sqlite3.h>

#include "patd/backup/backup_file.h"
#include "patd/backup/restore.h"
#include "tests/unit/patd/logged.h"
#include "tests/unit/patd/world.h"

static const uint8_t key_bytes[KEY_LEN] = { 1, 2, 3 }; /* the world's */
static uint8_t file[1024 * 1024];

static int open_in(struct world *world, const char *name, int flags)
{
	int fd = open(place_path(&world->place, name), flags | O_CLOEXEC, 0600);

	assert_true(fd >= 0);
	return fd;
}

/* Of the database, which no patd has open; changed by sql. */
static size_t write_backup(struct world *world, const char *sql)
{
	sqlite3 *db;
	int image, fd;
	size_t size;

	assert_int_equal(sqlite3_open(place_path(&world->place, "patd.db"), &db), SQLITE_OK);
	assert_int_equal(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
	assert_int_equal(sqlite3_close(db), SQLITE_OK);
	image = open_in(world, "patd.db", O_RDONLY);
	fd = open_in(world, "backup", O_RDWR | O_CREAT | O_TRUNC);
	assert_int_equal(backup_stream(fd, key_bytes, image, NULL, NULL), 0);
	close(image);
	size = (size_t)lseek(fd, 0, SEEK_CUR);
	/* As who reads the stream puts it together. */
	assert_between(size, BACKUP_HEADER_LEN, sizeof(file));
	assert_int_equal(pread(fd, file, BACKUP_HEADER_LEN, (off_t)(size - BACKUP_HEADER_LEN)),
		BACKUP_HEADER_LEN);
	assert_int_equal(pread(fd, file + BACKUP_HEADER_LEN, size - BACKUP_HEADER_LEN, 0),
		size - BACKUP_HEADER_LEN);
	close(fd);
	return size;
}

/* Of a world with one token. */
static size_t make_backup(struct world *world, const char *sql)
{
	char secret[PAT_TOKEN_LEN + 1];
	const struct token_request request = { .name = "laptop", .user = "alice", .uid = 1000 };
	struct token token;

	assert_int_equal(
		tokens_generate(world->tokens, &root, &request, &token, secret, &world->refusal),
		PAT_OK);
	world_stop(world);
	return write_backup(world, sql);
}

/* Into a folder that is not there before. */
static int restore(struct world *world, size_t size)
{
	char folder[sizeof(world->place.path)];

	place_write(&world->place, "altered", 0600, file, size);
	(void)strcpy(folder, place_path(&world->place, "restored"));
	return restore_run(folder, place_path(&world->place, "altered"));
}

static void whole_backup_is_read(void **state)
{
	struct world *world = *state;
	uint8_t key[KEY_LEN];

	assert_int_equal(restore(world, make_backup(world, "")), 0);
	assert_nothing_logged();
	assert_int_equal(place_read(&world->place, "restored/key", key, sizeof(key)), KEY_LEN);
	assert_memory_equal(key, key_bytes, KEY_LEN);
	assert_true(place_has(&world->place, "restored/patd.db"));
	assert_false(place_has(&world->place, "restored/restore.now"));
}

static void assert_refused(struct world *world, size_t size, const char *why)
{
	logged_clear();
	assert_int_equal(restore(world, size), -EBADMSG);
	assert_logged(why);
	assert_false(place_has(&world->place, "restored/patd.db"));
	assert_false(place_has(&world->place, "restored/key"));
	assert_false(place_has(&world->place, "restored/restore.new"));
}

static void truncated_backup_is_refused(void **state)
{
	struct world *world = *state;
	size_t size = make_backup(world, "");

	assert_refused(world, 0, "not a patd backup");
	assert_refused(world, BACKUP_HEADER_LEN - 1, "not a patd backup");
	assert_refused(world, BACKUP_HEADER_LEN, "its end is missing");
	assert_refused(world, size - 1, "its end is missing");
	file[size] = 0;
	assert_refused(world, size + 1, "something follows its end");
}

static void changed_byte_is_refused(void **state)
{
	struct world *world = *state;
	size_t size = make_backup(world, "");

	for (size_t at = 0; at < size; at += at < BACKUP_HEADER_LEN ? 1 : 997) {
		file[at] ^= 1;
		logged_clear();
		assert_that(restore(world, size) == -EBADMSG, "byte %zu", at);
		assert_false(place_has(&world->place, "restored/patd.db"));
		file[at] ^= 1;
	}
	assert_int_equal(restore(world, size), 0);
}

static void altered_database_with_new_checksum_is_refused(void **state)
{
	static const struct {
		const char *sql, *why;
	} cases[] = {
		{ "UPDATE token SET expires_at = expires_at + 1", "in the backup was altered" },
		{ "UPDATE token SET mac = x'00'", "in the backup was altered" },
		{ "UPDATE history SET at = at + 1", "the history in the backup was altered" },
		{ "DELETE FROM history", "the history in the backup was altered" },
		{ "DELETE FROM meta WHERE key = 'key_check'", "does not match the database" },
		{ "DROP TABLE token", "lacks the table \"token\"" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct world world;

		world_make(&world);
		print_message("# %s\n", cases[i].sql);
		assert_refused(&world, make_backup(&world, cases[i].sql), cases[i].why);
		world_end(&world);
	}
}

static void interrupted_restore_is_completed_at_next_start(void **state)
{
	struct world *world = *state;
	char key[4] = "", folder[sizeof(world->place.path)];

	/* As a crash right after the rename that decides leaves it. */
	world_stop(world);
	place_write(&world->place, "key", 0600, "old", 3);
	(void)strcpy(folder, place_path(&world->place, "restore.now"));
	assert_int_equal(mkdir(folder, 0700), 0);
	(void)strcpy(folder, place_path(&world->place, "restore.now/before"));
	assert_int_equal(mkdir(folder, 0700), 0);
	place_write(&world->place, "restore.now/key", 0600, "new", 3);
	logged_clear();
	world_start(world);
	/* Where it is, from the root on. */
	assert_logged(place_path(&world->place, "before-restore-"));
	assert_int_equal(place_read(&world->place, "key", key, 3), 3);
	assert_string_equal(key, "new");
	assert_false(place_has(&world->place, "restore.now"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			whole_backup_is_read, world_set_up, world_tear_down),
		cmocka_unit_test_setup_teardown(
			truncated_backup_is_refused, world_set_up, world_tear_down),
		cmocka_unit_test_setup_teardown(
			changed_byte_is_refused, world_set_up, world_tear_down),
		cmocka_unit_test(altered_database_with_new_checksum_is_refused),
		cmocka_unit_test_setup_teardown(interrupted_restore_is_completed_at_next_start,
			world_set_up, world_tear_down),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
