/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Rows of patd/store/store.c, and the values beside them. */
#include <errno.h>

#include "patd/db/meta.h"
#include "tests/unit/patd/logged.h"
#include "tests/unit/patd/store/store_world.h"

static int update(const struct token *token)
{
	return in_transaction(store_update, token);
}

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

static void issuers_have_names_of_their_own(void **state)
{
	struct token ours = a_token("0000000001", "alice", 1000, "laptop");
	struct token theirs = a_token("0000000002", "alice", 1000, "laptop");
	struct token again = a_token("0000000003", "alice", 1000, "laptop");

	(void)state;
	(void)strcpy(theirs.issuer, "admin1");
	(void)strcpy(again.issuer, "admin1");
	assert_int_equal(insert(&ours), 0);
	assert_int_equal(insert(&theirs), 0);
	assert_int_equal(insert(&again), -EEXIST);
	(void)strcpy(again.issuer, "admin2");
	assert_int_equal(insert(&again), 0);
	again.issuer[0] = '\0';
	assert_int_equal(in_transaction(store_update, &again), -EEXIST);
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
	char bytes[131072];
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

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(inserted_token_is_found),
		TEST(missing_token_is_not_found),
		TEST(version_is_another_after_whatever_was_written),
		TEST(duplicate_name_or_id_is_refused),
		TEST(issuers_have_names_of_their_own),
		TEST(update_writes_the_whole_row),
		TEST(deleted_token_is_gone_and_overwritten),
		TEST(latest_time_is_kept),
		TEST(key_check_value_is_kept),
		TEST(database_knows_whether_it_has_tokens),
		TEST(scope__everybody_is_disabled_by_its_flag_alone),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
