/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Tests of patd/crypto/key. */
#include <errno.h>
#include <signal.h>
#include <sodium.h>

#include "patd/crypto/key.h"
#include "tests/unit/patd/logged.h"
#include "tests/unit/patd/place.h"

static struct place place;
static uint8_t bytes[KEY_LEN]; /* 0, 1, 2, … */
static uint8_t other_bytes[KEY_LEN] = { 0xFF };

static void check_value(const struct key *key, uint8_t ret[static KEY_CHECK_LEN])
{
	key_check_value(key, ret);
}

static bool is_key_of(const struct key *key, const uint8_t of[static KEY_LEN])
{
	uint8_t one[KEY_CHECK_LEN], two[KEY_CHECK_LEN];
	struct key *expected;

	assert_int_equal(key_new(of, &expected), 0);
	check_value(key, one);
	check_value(expected, two);
	key_free(expected);
	return memcmp(one, two, sizeof(one)) == 0;
}

static void assert_hex(const uint8_t *got, const char *expected)
{
	char hex[65];

	assert_string_equal(sodium_bin2hex(hex, sizeof(hex), got, 32), expected);
}

static void missing_key_is_ENOENT(void **state)
{
	struct key *key = NULL;

	(void)state;
	logged_clear();
	assert_int_equal(key_read(place.dir, &key), -ENOENT);
	assert_null(key);
	assert_nothing_logged();
}

static void new_key_is_a_private_file_of_32_bytes(void **state)
{
	struct key *key, *again;
	uint8_t one[KEY_CHECK_LEN], two[KEY_CHECK_LEN];
	struct stat st;

	(void)state;
	assert_int_equal(key_create(place.dir, &key), 0);
	st = place_stat(&place, "key");
	assert_true(S_ISREG(st.st_mode));
	assert_int_equal(st.st_mode & 07777, 0600);
	assert_int_equal(st.st_size, KEY_LEN);
	assert_int_equal(st.st_nlink, 1);
	assert_false(place_has(&place, "key.new"));
	assert_int_equal(key_read(place.dir, &again), 0);
	check_value(key, one);
	check_value(again, two);
	assert_memory_equal(one, two, sizeof(one));
	key_free(key);
	key_free(again);
}

static void every_new_key_differs(void **state)
{
	uint8_t one[KEY_LEN], two[KEY_LEN];
	struct key *key;

	(void)state;
	assert_int_equal(key_create(place.dir, &key), 0);
	key_free(key);
	assert_int_equal(place_read(&place, "key", one, sizeof(one)), sizeof(one));
	assert_int_equal(unlink(place_path(&place, "key")), 0);
	assert_int_equal(key_create(place.dir, &key), 0);
	key_free(key);
	assert_int_equal(place_read(&place, "key", two, sizeof(two)), sizeof(two));
	assert_memory_not_equal(one, two, sizeof(one));
	assert_false(sodium_is_zero(one, sizeof(one)));
}

static void existing_key_is_never_replaced(void **state)
{
	uint8_t after[KEY_LEN + 1];
	struct key *key = NULL;

	(void)state;
	place_write(&place, "key", 0600, bytes, sizeof(bytes));
	logged_clear();
	assert_int_equal(key_create(place.dir, &key), -EEXIST);
	assert_null(key);
	assert_logged("cannot make a key");
	assert_int_equal(place_read(&place, "key", after, sizeof(after)), KEY_LEN);
	assert_memory_equal(after, bytes, KEY_LEN);
	assert_false(place_has(&place, "key.new"));
}

/* Killed between making the file and giving it its name. */
static void leftover_of_a_killed_patd_is_replaced(void **state)
{
	struct key *key;

	(void)state;
	place_write(&place, "key.new", 0600, "half", 4);
	assert_int_equal(key_create(place.dir, &key), 0);
	key_free(key);
	assert_int_equal(place_stat(&place, "key").st_size, KEY_LEN);
	assert_false(place_has(&place, "key.new"));
}

/* And between giving it its name and removing the other one. */
static void second_name_of_the_key_is_removed_at_the_next_start(void **state)
{
	struct key *key;

	(void)state;
	assert_int_equal(key_create(place.dir, &key), 0);
	key_free(key);
	place_write(&place, "key.new", 0600, "0123456789", 10);
	assert_int_equal(key_read(place.dir, &key), 0);
	key_free(key);
	assert_false(place_has(&place, "key.new"));
}

static void missing_directory_gets_no_key(void **state)
{
	struct key *key = NULL;

	(void)state;
	assert_int_equal(key_create(place_path(&place, "missing"), &key), -ENOENT);
	assert_null(key);
}

static void a_key_of_another_size_is_refused(void **state)
{
	static const size_t sizes[] = { 0, 1, KEY_LEN - 1, KEY_LEN + 1, 2 * KEY_LEN, 4096 };
	static const uint8_t zeros[4096];
	struct key *key = NULL;

	(void)state;
	for (size_t i = 0; i < COUNT(sizes); i++) {
		place_write(&place, "key", 0600, zeros, sizes[i]);
		logged_clear();
		assert_int_equal(key_read(place.dir, &key), -EBADMSG);
		assert_null(key);
		assert_logged("does not hold exactly 32 bytes");
	}
}

static void a_key_that_others_may_read_is_refused(void **state)
{
	static const mode_t modes[] = { 0640, 0604, 0620, 0602, 0610, 0601, 0666, 0777 };
	struct key *key = NULL;

	(void)state;
	for (size_t i = 0; i < COUNT(modes); i++) {
		place_write(&place, "key", modes[i], bytes, sizeof(bytes));
		logged_clear();
		assert_that(key_read(place.dir, &key) == -EPERM, "mode %o", modes[i]);
		assert_null(key);
		assert_logged("0600");
	}
	place_write(&place, "key", 0400, bytes, sizeof(bytes));
	assert_int_equal(key_read(place.dir, &key), 0);
	key_free(key);
}

static void another_users_key_is_refused(void **state)
{
	struct key *key = NULL;

	(void)state;
	if (!unit_is_root())
		return;
	place_write(&place, "key", 0600, bytes, sizeof(bytes));
	assert_int_equal(chown(place_path(&place, "key"), 12345, (gid_t)-1), 0);
	assert_int_equal(key_read(place.dir, &key), -EPERM);
	assert_null(key);
}

static void key_that_is_no_regular_file_is_refused(void **state)
{
	char target[64];
	struct key *key = NULL;

	(void)state;
	assert_int_equal(mkdir(place_path(&place, "key"), 0700), 0);
	logged_clear();
	assert_int_equal(key_read(place.dir, &key), -EBADMSG);
	assert_logged("not a regular file");
	assert_int_equal(rmdir(place_path(&place, "key")), 0);

	place_write(&place, "elsewhere", 0600, bytes, sizeof(bytes));
	(void)snprintf(target, sizeof(target), "%s/elsewhere", place.dir);
	assert_int_equal(symlink(target, place_path(&place, "key")), 0);
	logged_clear();
	assert_int_equal(key_read(place.dir, &key), -ELOOP);
	assert_logged("cannot open the key");
	assert_int_equal(unlink(place_path(&place, "key")), 0);

	assert_int_equal(symlink("nowhere", place_path(&place, "key")), 0);
	assert_int_equal(key_read(place.dir, &key), -ELOOP);
	assert_int_equal(unlink(place_path(&place, "key")), 0);
	assert_null(key);
}

/* Without a writer the open of a FIFO waits for ever: then the alarm ends the program. */
static void fifo_does_not_block_the_start(void **state)
{
	struct key *key = NULL;

	(void)state;
	assert_int_equal(mkfifo(place_path(&place, "key"), 0600), 0);
	alarm(5);
	assert_int_equal(key_read(place.dir, &key), -EBADMSG);
	alarm(0);
	assert_null(key);
}

static void the_credential_wins_over_the_file(void **state)
{
	struct key *key;

	(void)state;
	assert_int_equal(setenv("CREDENTIALS_DIRECTORY", place.dir, 1), 0);
	place_write(&place, "key", 0600, other_bytes, sizeof(other_bytes));
	assert_int_equal(key_read(place.dir, &key), 0);
	assert_true(is_key_of(key, other_bytes));
	key_free(key);
	place_write(&place, "patd.key", 0440, bytes, sizeof(bytes)); /* as systemd makes it */
	assert_int_equal(key_read(place.dir, &key), 0);
	assert_true(is_key_of(key, bytes));
	key_free(key);
}

/* Never quietly the file instead: the tokens are made with the credential. */
static void a_bad_credential_is_refused(void **state)
{
	struct key *key = NULL;

	(void)state;
	assert_int_equal(setenv("CREDENTIALS_DIRECTORY", place.dir, 1), 0);
	place_write(&place, "key", 0600, bytes, sizeof(bytes));
	place_write(&place, "patd.key", 0400, bytes, sizeof(bytes) - 1);
	assert_int_equal(key_read(place.dir, &key), -EBADMSG);
	assert_int_equal(unlink(place_path(&place, "patd.key")), 0);
	assert_int_equal(mkdir(place_path(&place, "patd.key"), 0700), 0);
	assert_int_equal(key_read(place.dir, &key), -EBADMSG);
	assert_null(key);
}

/* patd was given it: before that, the file may be the only key that it gets. */
static void file_is_removed_only_beside_the_same_credential(void **state)
{
	(void)state;
	place_write(&place, "key", 0600, bytes, sizeof(bytes));
	key_settle_file(place.dir, true);
	assert_true(place_has(&place, "key"));
	assert_int_equal(setenv("CREDENTIALS_DIRECTORY", place.dir, 1), 0);
	key_settle_file(place.dir, true);
	assert_true(place_has(&place, "key"));
	place_write(&place, "patd.key", 0400, other_bytes, sizeof(other_bytes));
	logged_clear();
	key_settle_file(place.dir, true);
	assert_true(place_has(&place, "key"));
	assert_logged("is another key than the credential patd.key");
	assert_int_equal(unlink(place_path(&place, "patd.key")), 0);
	place_write(&place, "patd.key", 0400, bytes, sizeof(bytes));
	key_settle_file(place.dir, false);
	assert_true(place_has(&place, "key"));
	key_settle_file(place.dir, true);
	assert_false(place_has(&place, "key"));
}

/* Made with Python: hashlib.blake2b as libsodium's crypto_kdf describes it. */
static void derived_values_match_the_database_format(void **state)
{
	struct pat_digest digest;
	struct token token = { .id = { "0123456789" }, .uid = 1000, .user = "alice" };
	const struct entry entry = { .seq = 7,
		.at = 1700000000,
		.event = ENTRY_REFUSED,
		.id = { "0123456789" },
		.user = "alice",
		.uid = 1000,
		.name = "laptop",
		.by_uid = 1001,
		.how = ENTRY_PASSWORD,
		.service = "sudo",
		.rhost = "192.0.2.7",
		.tty = "pts/0",
		.result = PAT_OUT_OF_HOURS,
		.new_service = true,
		.unrecorded = 5,
		.detail = "x" };
	struct history_seal seal = { .first = 3, .last = 9 };
	uint8_t got[32], before[ENTRY_MAC_LEN];
	struct key *key;

	(void)state;
	assert_int_equal(key_new(bytes, &key), 0);
	key_check_value(key, got);
	assert_hex(got, "77a541152c5be0aaac835e6ca77a1309fca3c6e0a311adf14ba152d17898e311");
	memset(digest.bytes, 0xAA, sizeof(digest.bytes));
	key_verifier(key, &digest, got);
	assert_hex(got, "48407365672207355c113261d7a81e81e1c60ae3f3a954ebdc3fcc740786c971");
	memset(token.verifier, 0x55, sizeof(token.verifier));
	token.created_at = 1700000000;
	token.expires_at = 1702592000;
	key_row_mac(key, &token, got);
	assert_hex(got, "92d8e6b26f89fca87d108b5009522264548e99695beca8fa71c9e0550d560219");
	/* Behind the MAC, and so with its number before it, where there is one. */
	(void)strcpy(token.note, "blue");
	key_row_mac(key, &token, got);
	assert_hex(got, "b428c38db2dbdf0ef8e1779cdb74e4bd66077cb80748fd7b0bc76bf827e0fc8d");
	token.note[0] = '\0';
	memset(before, 0x77, sizeof(before));
	key_entry_mac(key, &entry, before, got);
	assert_hex(got, "69e5d9124b7f30088d0a634b38924b5823b9ae4ef4c9945892966572a024f1e5");
	memset(seal.before_first, 1, sizeof(seal.before_first));
	memset(seal.at_last, 2, sizeof(seal.at_last));
	key_seal_mac(key, &seal, got);
	assert_hex(got, "e070a685759ff032cdf98a99411cbe37c1932edcd5a122c277d77ab19a046b37");
	key_clock_mac(key, before, sizeof(before), got);
	assert_hex(got, "c296efd227cd4d057bb672e041f91f1655103f1ed74bbc79c808fc8896f04357");
	key_free(key);
}

/* The value itself, and where it ends. */
static void every_column_changes_the_mac(void **state)
{
	const struct token good = { .id = { "0123456789" }, .user = "alice", .name = "laptop" };
	uint8_t macs[64][TOKEN_MAC_LEN];
	struct key *key;

	(void)state;
	assert_true(token_table.n <= COUNT(macs));
	assert_int_equal(key_new(bytes, &key), 0);
	for (size_t i = 0; i < token_table.n; i++) {
		struct token other = good;

		/* With its MAC altered it is the good one. */
		((char *)&other)[token_table.fields[i].offset] ^= 1;
		key_row_mac(key, &other, macs[i]);
		for (size_t j = 0; j < i; j++)
			assert_that(memcmp(macs[i], macs[j], TOKEN_MAC_LEN) != 0, "%s and %s",
				token_table.fields[i].column, token_table.fields[j].column);
	}
	key_free(key);
}

static void text_moved_between_columns_changes_the_mac(void **state)
{
	struct token one = { .id = { "0123456789" }, .user = "a", .name = "n" }, two = one;
	uint8_t first[TOKEN_MAC_LEN], second[TOKEN_MAC_LEN];
	struct key *key;

	(void)state;
	assert_int_equal(key_new(bytes, &key), 0);
	(void)strcpy(one.limits.services, "ab");
	(void)strcpy(one.limits.sources, "c");
	(void)strcpy(two.limits.services, "a");
	(void)strcpy(two.limits.sources, "bc");
	key_row_mac(key, &one, first);
	key_row_mac(key, &two, second);
	assert_memory_not_equal(first, second, sizeof(first));
	key_free(key);
}

/* Neither bytes after the name's NUL nor where one field ends are open to interpretation. */
static void mac_ignores_bytes_after_the_nul(void **state)
{
	struct token one = { .id = { "0123456789" }, .user = "alice" }, two = one;
	uint8_t first[TOKEN_MAC_LEN], second[TOKEN_MAC_LEN];
	struct key *key;

	(void)state;
	assert_int_equal(key_new(bytes, &key), 0);
	memset(two.user + 6, 'x', sizeof(two.user) - 6);
	key_row_mac(key, &one, first);
	key_row_mac(key, &two, second);
	assert_memory_equal(first, second, sizeof(first));
	key_free(key);
}

static void other_key_gives_other_values(void **state)
{
	struct pat_digest digest = { { 7 } };
	struct token token = { .id = { "0123456789" }, .user = "alice" };
	uint8_t one[3][32], two[3][32];
	struct key *key, *other;

	(void)state;
	assert_int_equal(key_new(bytes, &key), 0);
	assert_int_equal(key_new(other_bytes, &other), 0);
	key_check_value(key, one[0]);
	key_check_value(other, two[0]);
	key_verifier(key, &digest, one[1]);
	key_verifier(other, &digest, two[1]);
	key_row_mac(key, &token, one[2]);
	key_row_mac(other, &token, two[2]);
	for (size_t i = 0; i < 3; i++)
		assert_memory_not_equal(one[i], two[i], 32);
	key_free(key);
	key_free(other);
	key_free(NULL);
}

static int set_up(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(bytes); i++)
		bytes[i] = (uint8_t)i;
	(void)unsetenv("CREDENTIALS_DIRECTORY");
	place_make(&place);
	return sodium_init() < 0 ? -1 : 0;
}

static int tear_down(void **state)
{
	(void)state;
	(void)unsetenv("CREDENTIALS_DIRECTORY");
	place_remove(&place);
	return 0;
}

#define TEST(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(missing_key_is_ENOENT),
		TEST(new_key_is_a_private_file_of_32_bytes),
		TEST(every_new_key_differs),
		TEST(existing_key_is_never_replaced),
		TEST(leftover_of_a_killed_patd_is_replaced),
		TEST(second_name_of_the_key_is_removed_at_the_next_start),
		TEST(missing_directory_gets_no_key),
		TEST(a_key_of_another_size_is_refused),
		TEST(a_key_that_others_may_read_is_refused),
		TEST(another_users_key_is_refused),
		TEST(key_that_is_no_regular_file_is_refused),
		TEST(fifo_does_not_block_the_start),
		TEST(the_credential_wins_over_the_file),
		TEST(a_bad_credential_is_refused),
		TEST(file_is_removed_only_beside_the_same_credential),
		TEST(derived_values_match_the_database_format),
		TEST(every_column_changes_the_mac),
		TEST(text_moved_between_columns_changes_the_mac),
		TEST(mac_ignores_bytes_after_the_nul),
		TEST(other_key_gives_other_values),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
