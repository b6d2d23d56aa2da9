/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Tests of patd/store/store. */
#include <dirent.h>
#include <errno.h>
#include <sys/wait.h>

#include "patd/db/meta.h"
#include "patd/db/transaction.h"
#include "patd/store/store.h"
#include "tests/unit/patd/logged.h"
#include "tests/unit/patd/place.h"

static struct place place;
static struct database *database;
static struct store *store;

static struct token a_token(const char *id, const char *user, uint32_t uid, const char *name)
{
	struct token token = { .uid = uid, .created_at = 100, .expires_at = 200 };

	(void)strcpy(token.id.text, id);
	(void)strcpy(token.user, user);
	(void)strcpy(token.name, name);
	memset(token.verifier, 0x11, sizeof(token.verifier));
	memset(token.mac, 0x22, sizeof(token.mac));
	return token;
}

/* What one of the functions below writes, in a transaction of its own. */
struct write {
	int (*fn)(struct store *store, const struct token *token);
	const struct token *token;
};

static int run_write(void *userdata)
{
	const struct write *write = userdata;

	return write->fn(store, write->token);
}

static int in_transaction(
	int (*fn)(struct store *store, const struct token *token), const struct token *token)
{
	struct write write = { fn, token };

	return transaction_run(database, false, run_write, &write);
}

static int insert(const struct token *token)
{
	return in_transaction(store_insert, token);
}

static int update(const struct token *token)
{
	return in_transaction(store_update, token);
}

static int delete_token(struct store *from, const struct token *token)
{
	return store_delete(from, token->id.text);
}

static int delete_id(const char *id)
{
	struct token token = { 0 };

	(void)strcpy(token.id.text, id);
	return in_transaction(delete_token, &token);
}

static int touch(const char *id, uint64_t time, const char *service)
{
	struct token token = { .last_used_at = time };

	(void)strcpy(token.id.text, id);
	(void)strcpy(token.last_used_service, service);
	return store_touch(store, &token);
}

static int open_all(void)
{
	int r = database_open(place.dir, &database);

	return r < 0 ? r : store_new(database, &store);
}

static void close_all(void)
{
	store_free(store);
	database_free(database);
	store = NULL;
	database = NULL;
}

static void reopen(void)
{
	close_all();
	assert_int_equal(open_all(), 0);
}

/* By another connection, as another process would see it. */
static int64_t ask(const char *sql)
{
	return place_ask(&place, sql);
}

static void edit(const char *sql)
{
	place_edit(&place, sql);
}

/* ---- rows ---- */

static void inserted_token_is_found(void **state)
{
	struct token token = a_token("0123456789", "alice", UINT32_MAX, "\xF0\x9F\x94\x91 key");
	struct token found;

	(void)state;
	token.expires_at = INT64_MAX;
	token.last_used_at = 7;
	assert_int_equal(insert(&token), 0);
	memset(&found, 0xEE, sizeof(found));
	assert_int_equal(store_get(store, "0123456789", &found), 0);
	assert_memory_equal(&found, &token, sizeof(token));
	reopen();
	assert_int_equal(store_get(store, "0123456789", &found), 0);
	assert_memory_equal(&found, &token, sizeof(token));
}

static int note_version_and_fail(struct store *within, const struct token *token)
{
	assert_int_equal(store_version(within), 0);
	assert_int_equal(store_update(within, token), 0);
	assert_int_equal(store_version(within), 0);
	return -ECANCELED;
}

static void version_is_another_after_whatever_was_written(void **state)
{
	struct token token = a_token("0123456789", "alice", 1000, "laptop");
	uint64_t before = store_version(store), now;

	(void)state;
	assert_int_not_equal(before, 0);
	assert_int_equal(insert(&token), 0);
	now = store_version(store);
	assert_int_not_equal(now, before);
	assert_int_equal(store_get(store, "0123456789", &token), 0);
	assert_int_equal(store_version(store), now);
	before = now;
	assert_int_equal(in_transaction(note_version_and_fail, &token), -ECANCELED);
	now = store_version(store);
	assert_int_not_equal(now, before);
	before = now;
	assert_int_equal(in_transaction(delete_token, &token), 0);
	assert_int_not_equal(store_version(store), before);
}

static void missing_token_is_not_found(void **state)
{
	struct token found = { .uid = 77 };

	(void)state;
	assert_int_equal(store_get(store, "0123456789", &found), -ENOENT);
	assert_int_equal(found.uid, 77);
	found = a_token("0123456789", "alice", 1000, "laptop");
	assert_int_equal(update(&found), -ENOENT);
	assert_int_equal(delete_id("0123456789"), -ENOENT);
}

static void duplicate_name_or_id_is_refused(void **state)
{
	struct token token = a_token("0123456789", "alice", 1000, "laptop");
	struct token same_id = a_token("0123456789", "bob", 1001, "phone");
	struct token same_name = a_token("AAAAAAAAAA", "alice", 1000, "laptop");
	struct token other_uid = a_token("BBBBBBBBBB", "alice", 1002, "laptop");
	struct token other_user = a_token("CCCCCCCCCC", "anna", 1000, "laptop");

	(void)state;
	assert_int_equal(insert(&token), 0);
	logged_clear();
	assert_int_equal(insert(&same_id), -EEXIST);
	assert_int_equal(insert(&same_name), -EEXIST);
	assert_nothing_logged();
	assert_int_equal(insert(&other_uid), 0);
	assert_int_equal(insert(&other_user), 0);
	assert_int_equal(ask("SELECT count(*) FROM token"), 3);
}

static void update_writes_the_whole_row(void **state)
{
	struct token token = a_token("0123456789", "alice", 1000, "laptop"), other, found;

	(void)state;
	assert_int_equal(insert(&token), 0);
	other = a_token("AAAAAAAAAA", "alice", 1000, "phone");
	assert_int_equal(insert(&other), 0);
	token.revoked_at = 150;
	memset(token.mac, 0x33, sizeof(token.mac));
	assert_int_equal(update(&token), 0);
	assert_int_equal(store_get(store, "0123456789", &found), 0);
	assert_memory_equal(&found, &token, sizeof(token));
	assert_int_equal(store_get(store, "AAAAAAAAAA", &found), 0);
	assert_memory_equal(&found, &other, sizeof(other));
}

static void deleted_token_is_gone_and_overwritten(void **state)
{
	struct token token = a_token("0123456789", "alice", 1000, "laptop"), found;
	char bytes[65536];
	size_t size;

	(void)state;
	memcpy(token.verifier, "findmefindmefindmefindmefindmefi", 32);
	assert_int_equal(insert(&token), 0);
	assert_int_equal(delete_id("0123456789"), 0);
	assert_int_equal(store_get(store, "0123456789", &found), -ENOENT);
	close_all();
	size = place_read(&place, "patd.db", bytes, sizeof(bytes));
	assert_true(size > 0 && size < sizeof(bytes));
	assert_null(memmem(bytes, size, "findmefindme", 12));
	assert_int_equal(open_all(), 0);
}

static int set_time(void *userdata)
{
	return meta_set_number(database, META_TIME, *(const uint64_t *)userdata);
}

static void latest_time_is_kept(void **state)
{
	uint64_t time = 99, later = 500;

	(void)state;
	assert_int_equal(meta_get_number(database, META_TIME, &time), 0);
	assert_int_equal(time, 0);
	assert_int_equal(transaction_run(database, false, set_time, &later), 0);
	assert_int_equal(meta_get_number(database, META_TIME, &time), 0);
	assert_int_equal(time, 500);
	assert_int_equal(meta_touch_number(database, META_TIME, 600), 0);
	reopen();
	assert_int_equal(meta_get_number(database, META_TIME, &time), 0);
	assert_int_equal(time, 600);
}

static void key_check_value_is_kept(void **state)
{
	uint8_t value[32], got[32];

	(void)state;
	memset(value, 0x44, sizeof(value));
	assert_int_equal(meta_get_key_check(database, got), -ENOENT);
	assert_int_equal(meta_set_key_check(database, value), 0);
	reopen();
	assert_int_equal(meta_get_key_check(database, got), 0);
	assert_memory_equal(got, value, sizeof(got));
	assert_int_equal(meta_touch_number(database, "key_check", 1), 0);
	assert_int_equal(meta_get_key_check(database, got), -EBADMSG);
}

static void database_knows_whether_it_has_tokens(void **state)
{
	struct token token = a_token("0123456789", "alice", 1000, "laptop");
	bool has = true;

	(void)state;
	assert_int_equal(meta_has_tokens(database, &has), 0);
	assert_false(has);
	assert_int_equal(insert(&token), 0);
	assert_int_equal(meta_has_tokens(database, &has), 0);
	assert_true(has);
}

/* ---- usage ---- */

static void usage_is_visible_once_committed(void **state)
{
	struct token token = a_token("0123456789", "alice", 1000, "laptop");

	(void)state;
	assert_int_equal(insert(&token), 0);
	assert_int_equal(touch("0123456789", 111, "sudo"), 0);
	assert_int_equal(ask("SELECT last_used_at FROM token"), 0);
	assert_int_equal(usage_commit(database), 0);
	assert_int_equal(ask("SELECT last_used_at FROM token"), 111);
}

/* A transaction of many, as of many logins in one turn of the loop. */
static void usage_batch_is_one_transaction(void **state)
{
	char id[PAT_ID_LEN + 1];

	(void)state;
	for (unsigned int i = 0; i < 20; i++) {
		struct token token;

		(void)snprintf(id, sizeof(id), "%010u", i);
		token = a_token(id, "alice", 1000, id);
		assert_int_equal(insert(&token), 0);
	}
	for (unsigned int i = 0; i < 20; i++) {
		(void)snprintf(id, sizeof(id), "%010u", i);
		assert_int_equal(touch(id, 1000 + i, "sudo"), 0);
	}
	assert_int_equal(meta_touch_number(database, META_TIME, 2000), 0);
	assert_int_equal(ask("SELECT sum(last_used_at) FROM token"), 0);
	assert_int_equal(usage_commit(database), 0);
	assert_int_equal(ask("SELECT sum(last_used_at) FROM token"), 20 * 1000 + 190);
	assert_int_equal(ask("SELECT value FROM meta WHERE key = 'time'"), 2000);
}

/* patd is killed: what was committed is there, without any orderly end. */
static void usage_survives_a_kill(void **state)
{
	struct token token = a_token("0123456789", "alice", 1000, "laptop"), found;
	pid_t child;
	int status;

	(void)state;
	assert_int_equal(insert(&token), 0);
	close_all();
	child = fork();
	assert_true(child >= 0);
	if (child == 0) {
		if (open_all() < 0 || touch("0123456789", 111, "sudo") < 0 ||
			usage_commit(database) < 0 || touch("0123456789", 222, "sudo") < 0)
			_exit(1);
		_exit(0);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
	assert_int_equal(open_all(), 0);
	assert_int_equal(store_get(store, "0123456789", &found), 0);
	assert_int_equal(found.last_used_at, 111);
}

static void usage_is_committed_on_close(void **state)
{
	struct token token = a_token("0123456789", "alice", 1000, "laptop"), found;

	(void)state;
	assert_int_equal(insert(&token), 0);
	assert_int_equal(touch("0123456789", 111, "sudo"), 0);
	reopen();
	assert_int_equal(store_get(store, "0123456789", &found), 0);
	assert_int_equal(found.last_used_at, 111);
}

static void failed_change_does_not_undo_usage(void **state)
{
	struct token token = a_token("0123456789", "alice", 1000, "laptop"), found;
	struct token twin = a_token("AAAAAAAAAA", "alice", 1000, "laptop");

	(void)state;
	assert_int_equal(insert(&token), 0);
	assert_int_equal(touch("0123456789", 111, "sudo"), 0);
	assert_int_equal(insert(&twin), -EEXIST);
	assert_int_equal(ask("SELECT last_used_at FROM token"), 111);
	assert_int_equal(touch("0123456789", 222, "sudo"), 0);
	assert_int_equal(delete_id("BBBBBBBBBB"), -ENOENT);
	assert_int_equal(usage_commit(database), 0);
	assert_int_equal(store_get(store, "0123456789", &found), 0);
	assert_int_equal(found.last_used_at, 222);
}

static void failed_change_leaves_no_open_transaction(void **state)
{
	struct token token = a_token("0123456789", "alice", 1000, "laptop");

	(void)state;
	assert_int_equal(
		sqlite3_db_config(database->handle, SQLITE_DBCONFIG_ENABLE_TRIGGER, 1, NULL),
		SQLITE_OK);
	edit("CREATE TRIGGER stop BEFORE INSERT ON token BEGIN SELECT raise(FAIL, 'stop'); END");
	logged_clear();
	assert_int_equal(insert(&token), -EIO);
	assert_logged("stop");
	edit("DROP TRIGGER stop");
	assert_int_equal(ask("SELECT count(*) FROM token"), 0);
	assert_int_equal(insert(&token), 0);
}

static void usage_of_deleted_token_is_no_failure(void **state)
{
	(void)state;
	assert_int_equal(touch("0123456789", 111, "sudo"), 0);
	assert_int_equal(usage_commit(database), 0);
}

static void reading_writes_nothing(void **state)
{
	const uint64_t written = database->written;
	struct token found;

	(void)state;
	assert_int_equal(usage_commit(database), 0);
	/* Looked at only: as by a login that was refused. */
	assert_int_equal(store_get(store, "0123456789", &found), -ENOENT);
	assert_int_equal(usage_commit(database), 0);
	assert_int_equal(database->written, written);
}

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

/* ---- the file ---- */

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
	edit("PRAGMA user_version = 3");
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

static void scope__everybody_is_disabled_by_its_flag_alone(void **state)
{
	const struct disabled nobody = { .everybody = false },
			      both = { .everybody = true, .user = "alice" },
			      everybody = { .everybody = true };
	bool disabled = true;

	(void)state;
	assert_int_equal(store_disable(store, &nobody), -EINVAL);
	assert_int_equal(store_disable(store, &both), -EINVAL);
	assert_int_equal(store_is_disabled(store, "bob", &disabled), 0);
	assert_false(disabled);
	assert_int_equal(store_disable(store, &everybody), 0);
	assert_int_equal(store_enable(store, &nobody), -EINVAL);
	assert_int_equal(store_enable(store, &both), -EINVAL);
	assert_int_equal(store_is_disabled(store, "bob", &disabled), 0);
	assert_true(disabled);
	assert_int_equal(store_enable(store, &everybody), 0);
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

static int set_up(void **state)
{
	(void)state;
	place_make(&place);
	return open_all();
}

static int tear_down(void **state)
{
	(void)state;
	close_all();
	place_remove(&place);
	return 0;
}

#define TEST(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(inserted_token_is_found),
		TEST(missing_token_is_not_found),
		TEST(version_is_another_after_whatever_was_written),
		TEST(duplicate_name_or_id_is_refused),
		TEST(update_writes_the_whole_row),
		TEST(deleted_token_is_gone_and_overwritten),
		TEST(latest_time_is_kept),
		TEST(key_check_value_is_kept),
		TEST(database_knows_whether_it_has_tokens),
		TEST(usage_is_visible_once_committed),
		TEST(usage_batch_is_one_transaction),
		TEST(usage_survives_a_kill),
		TEST(usage_is_committed_on_close),
		TEST(failed_change_does_not_undo_usage),
		TEST(failed_change_leaves_no_open_transaction),
		TEST(usage_of_deleted_token_is_no_failure),
		TEST(reading_writes_nothing),
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
		TEST(scope__everybody_is_disabled_by_its_flag_alone),
		TEST(no_descriptor_is_left_behind),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
