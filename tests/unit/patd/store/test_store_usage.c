/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Uses, which are written together, and what a change that fails leaves of them. */
#include <errno.h>
#include <sys/wait.h>

#include "patd/db/meta.h"
#include "tests/unit/patd/logged.h"
#include "tests/unit/patd/store/store_world.h"

static int touch(const char *id, uint64_t time, const char *service)
{
	struct token token = { .last_used_at = time };

	(void)strcpy(token.id.text, id);
	(void)strcpy(token.last_used_service, service);
	return store_touch(store, &token);
}

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

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(usage_is_visible_once_committed),
		TEST(usage_batch_is_one_transaction),
		TEST(usage_survives_a_kill),
		TEST(usage_is_committed_on_close),
		TEST(failed_change_does_not_undo_usage),
		TEST(failed_change_leaves_no_open_transaction),
		TEST(usage_of_deleted_token_is_no_failure),
		TEST(reading_writes_nothing),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
