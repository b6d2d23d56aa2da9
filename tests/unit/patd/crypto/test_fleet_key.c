/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The key pairs of an issuer, what they sign, and what goes into the verifier of a fleet token. */
#include "tests/unit/unit.h"

#include <errno.h>
#include <sodium.h>
#include <string.h>

#include "patd/crypto/key.h"

static const uint8_t some_bytes[KEY_LEN] = { 1, 2, 3 }, other_bytes[KEY_LEN] = { 1, 2, 4 };

static int set_up(void **state)
{
	struct key *key = NULL;

	assert_true(sodium_init() >= 0);
	assert_int_equal(key_new(some_bytes, &key), 0);
	*state = key;
	return 0;
}

static int tear_down(void **state)
{
	key_free(*state);
	return 0;
}

static void signature_is_valid_for_what_was_signed_alone(void **state)
{
	const struct key *key = *state;
	uint8_t bytes[] = "PATROW01 and more", signature[FLEET_SIGNATURE_LEN];
	uint8_t public[FLEET_PUBLIC_KEY_LEN];

	assert_int_equal(key_fleet_public(key, 1, public), 0);
	assert_int_equal(key_fleet_sign(key, 1, bytes, sizeof(bytes), signature), 0);
	assert_true(fleet_signature_valid(public, bytes, sizeof(bytes), signature));
	assert_false(fleet_signature_valid(public, bytes, sizeof(bytes) - 1, signature));
	for (size_t i = 0; i < sizeof(bytes); i++) {
		bytes[i] ^= 1;
		assert_false(fleet_signature_valid(public, bytes, sizeof(bytes), signature));
		bytes[i] ^= 1;
	}
	for (size_t i = 0; i < sizeof(signature); i++) {
		signature[i] ^= 1;
		assert_false(fleet_signature_valid(public, bytes, sizeof(bytes), signature));
		signature[i] ^= 1;
	}
	assert_true(fleet_signature_valid(public, bytes, sizeof(bytes), signature));
}

static void each_key_and_generation_has_a_pair_of_its_own(void **state)
{
	struct key *other = NULL;
	uint8_t public[4][FLEET_PUBLIC_KEY_LEN], signature[FLEET_SIGNATURE_LEN];
	char ids[4][FLEET_KEY_ID_LEN + 1];

	assert_int_equal(key_new(other_bytes, &other), 0);
	assert_int_equal(key_fleet_public(*state, 1, public[0]), 0);
	assert_int_equal(key_fleet_public(*state, 2, public[1]), 0);
	assert_int_equal(key_fleet_public(*state, UINT64_C(1) << 40, public[2]), 0);
	assert_int_equal(key_fleet_public(other, 1, public[3]), 0);
	for (size_t i = 0; i < COUNT(public); i++) {
		fleet_key_id(public[i], ids[i]);
		for (size_t j = 0; j < i; j++) {
			assert_memory_not_equal(public[i], public[j], FLEET_PUBLIC_KEY_LEN);
			assert_string_not_equal(ids[i], ids[j]);
		}
	}
	assert_int_equal(key_fleet_sign(*state, 2, some_bytes, KEY_LEN, signature), 0);
	for (size_t i = 0; i < COUNT(public); i++)
		assert_int_equal(
			fleet_signature_valid(public[i], some_bytes, KEY_LEN, signature), i == 1);
	key_free(other);
}

/* With others, what an issuer has signed would be of another key. */
static void derivation_and_verifier_never_change(void **state)
{
	static const struct pat_digest digest = { { 1, 2, 3 } };
	uint8_t public[FLEET_PUBLIC_KEY_LEN], verifier[TOKEN_VERIFIER_LEN];
	char hex[2 * FLEET_PUBLIC_KEY_LEN + 1], id[FLEET_KEY_ID_LEN + 1];

	assert_int_equal(key_fleet_public(*state, 1, public), 0);
	(void)sodium_bin2hex(hex, sizeof(hex), public, sizeof(public));
	assert_string_equal(
		hex, "45d70b14061a2d6ae32ad268c02bf0df0596509f1aa771b7bf8e0a2423a1c410");
	fleet_key_id(public, id);
	assert_string_equal(id, "612964e03c990e85");
	fleet_verifier(&digest, verifier);
	(void)sodium_bin2hex(hex, sizeof(hex), verifier, sizeof(verifier));
	assert_string_equal(
		hex, "049b90f77c2d73ffede19c88425b54564a4522d348f4869f56f8591dc7bc85b6");
}

static void generation_begins_at_1(void **state)
{
	uint8_t public[FLEET_PUBLIC_KEY_LEN], signature[FLEET_SIGNATURE_LEN];

	assert_int_equal(key_fleet_public(*state, 0, public), -EINVAL);
	assert_int_equal(key_fleet_sign(*state, 0, some_bytes, KEY_LEN, signature), -EINVAL);
}

/* By each member of a record, and by the kind of the record. */
static void mac_covers_all_that_is_kept_of_an_issuer(void **state)
{
	struct fleet_mark marks[] = { [0 ... 7] = { .issuer = "a", .id = { "Example123" } } };
	struct fleet_ledger ledgers[] = { [0 ... 7] = { .issuer = "a" } };
	uint8_t macs[COUNT(marks) + COUNT(ledgers)][TOKEN_MAC_LEN];

	(void)strcpy(marks[1].issuer, "b");
	(void)strcpy(marks[2].id.text, "Example124");
	marks[3].number = marks[5].revoked_at = 1;
	marks[4].row_hash[1] = 1;
	marks[6].kind = 2;
	(void)strcpy(marks[7].revoked_reason, "lost");
	(void)strcpy(ledgers[1].issuer, "b");
	ledgers[2].number = ledgers[4].last = ledgers[5].beat_at = 1;
	ledgers[3].rows[1] = 1;
	ledgers[6].complete = true;
	(void)strcpy(ledgers[7].beat_key, "0123456789abcdef");
	for (size_t i = 0; i < COUNT(marks); i++)
		key_fleet_mark_mac(*state, &marks[i], macs[i]);
	for (size_t i = 0; i < COUNT(ledgers); i++)
		key_fleet_ledger_mac(*state, &ledgers[i], macs[COUNT(marks) + i]);
	for (size_t i = 0; i < COUNT(macs); i++)
		for (size_t j = 0; j < i; j++)
			assert_that(
				memcmp(macs[i], macs[j], TOKEN_MAC_LEN) != 0, "%zu and %zu", i, j);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(signature_is_valid_for_what_was_signed_alone),
		TEST(each_key_and_generation_has_a_pair_of_its_own),
		TEST(derivation_and_verifier_never_change),
		TEST(generation_begins_at_1),
		TEST(mac_covers_all_that_is_kept_of_an_issuer),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
