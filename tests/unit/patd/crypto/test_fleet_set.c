/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The hash of a set of rows: it says which there are, and nothing of how they came. */
#include "tests/unit/unit.h"

#include <sodium.h>
#include <string.h>

#include "patd/crypto/fleet_set.h"

#define ROWS 5U

static uint8_t hashes[ROWS][FLEET_HASH_LEN];

static int hash_rows(void **state)
{
	(void)state;
	for (uint8_t i = 0; i < ROWS; i++) {
		const uint8_t row[] = { 'r', 'o', 'w', i };

		fleet_row_hash(row, sizeof(row), hashes[i]);
	}
	return 0;
}

/* Of the rows whose bit is set, from the first to the last or the other way. */
static void digest_of(unsigned int which, bool backwards, uint8_t ret[static FLEET_HASH_LEN])
{
	uint8_t set[FLEET_SET_LEN] = { 0 };

	for (unsigned int i = 0; i < ROWS; i++) {
		const unsigned int row = backwards ? ROWS - 1 - i : i;

		if (which & 1U << row)
			fleet_set_add(set, hashes[row]);
	}
	fleet_set_digest(set, ret);
}

static void each_set_has_a_digest_of_its_own(void **state)
{
	uint8_t digests[1U << ROWS][FLEET_HASH_LEN];

	(void)state;
	for (unsigned int i = 0; i < 1U << ROWS; i++) {
		digest_of(i, false, digests[i]);
		for (unsigned int j = 0; j < i; j++)
			assert_that(memcmp(digests[i], digests[j], FLEET_HASH_LEN) != 0,
				"%u and %u", i, j);
	}
}

static void order_does_not_matter(void **state)
{
	uint8_t one[FLEET_HASH_LEN], other[FLEET_HASH_LEN];

	(void)state;
	digest_of(0x1D, false, one);
	digest_of(0x1D, true, other);
	assert_memory_equal(one, other, sizeof(one));
}

static void what_is_removed_was_never_there(void **state)
{
	uint8_t set[FLEET_SET_LEN] = { 0 };

	(void)state;
	fleet_set_remove(set, hashes[1]);
	fleet_set_add(set, hashes[0]);
	fleet_set_add(set, hashes[1]);
	assert_false(sodium_is_zero(set, sizeof(set)));
	fleet_set_remove(set, hashes[0]);
	assert_true(sodium_is_zero(set, sizeof(set)));
}

static void row_counts_as_often_as_it_is_there(void **state)
{
	uint8_t set[FLEET_SET_LEN] = { 0 }, once[FLEET_HASH_LEN], digest[FLEET_HASH_LEN];

	(void)state;
	digest_of(1, false, once);
	for (unsigned int i = 0; i < 3; i++)
		fleet_set_add(set, hashes[0]);
	fleet_set_digest(set, digest);
	assert_memory_not_equal(digest, once, sizeof(digest));
}

static void hash_of_zeros_is_no_row(void **state)
{
	const uint8_t none[FLEET_HASH_LEN] = { 0 };
	uint8_t set[FLEET_SET_LEN] = { 0 };

	(void)state;
	fleet_set_add(set, none);
	assert_true(sodium_is_zero(set, sizeof(set)));
	fleet_set_remove(set, none);
	assert_true(sodium_is_zero(set, sizeof(set)));
}

/* Computed by another implementation: else no other version would understand a heartbeat. */
static void digest_never_changes(void **state)
{
	uint8_t digest[FLEET_HASH_LEN];
	char hex[2 * FLEET_HASH_LEN + 1];

	(void)state;
	digest_of(3, false, digest);
	(void)sodium_bin2hex(hex, sizeof(hex), digest, sizeof(digest));
	assert_string_equal(
		hex, "5b682677f7cbec34a5a0d8ac034ead3928920930ab35cbbe5e625d22aa0f5ffc");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_set_has_a_digest_of_its_own),
		cmocka_unit_test(order_does_not_matter),
		cmocka_unit_test(what_is_removed_was_never_there),
		cmocka_unit_test(row_counts_as_often_as_it_is_there),
		cmocka_unit_test(hash_of_zeros_is_no_row),
		cmocka_unit_test(digest_never_changes),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, hash_rows, NULL);
}
