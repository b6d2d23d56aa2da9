/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* BLAKE2b-256 of one block, against known values and against libsodium. */
#include "tests/unit/unit.h"

#include <sodium.h>
#include <string.h>

#include "common/blake2b.h"

/* Of coreutils: printf TEXT | b2sum -l 256 */
static const struct {
	const char *text, *hash;
} known[] = {
	{ "", "0e5751c026e543b2e8ab2eb06099daa1d1e5df47778f7787faab45cdf12fe3a8" },
	{ "abc", "bddd813c634239723171ef3fee98579b94964e3bb1cb3e427262c8c068d52319" },
};

static void known_texts_have_known_hashes(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(known); i++) {
		uint8_t block[BLAKE2B_BLOCK] = { 0 }, hash[BLAKE2B_256];
		char hex[2 * BLAKE2B_256 + 1];

		memcpy(block, known[i].text, strlen(known[i].text));
		blake2b_256(block, strlen(known[i].text), hash);
		sodium_bin2hex(hex, sizeof(hex), hash, sizeof(hash));
		assert_string_equal(hex, known[i].hash);
	}
}

static void random_texts_of_each_length_have_the_hashes_of_libsodium(void **state)
{
	(void)state;
	for (size_t len = 0; len <= BLAKE2B_BLOCK; len++)
		for (int i = 0; i < 100; i++) {
			uint8_t block[BLAKE2B_BLOCK] = { 0 };
			uint8_t hash[BLAKE2B_256], expected[BLAKE2B_256];

			randombytes_buf(block, len);
			blake2b_256(block, len, hash);
			crypto_generichash(expected, sizeof(expected), block, len, NULL, 0);
			assert_memory_equal(hash, expected, sizeof(hash));
		}
}

static void each_bit_of_the_text_changes_the_hash(void **state)
{
	uint8_t block[BLAKE2B_BLOCK] = { 0 }, hash[BLAKE2B_256], other[BLAKE2B_256];

	(void)state;
	blake2b_256(block, sizeof(block), hash);
	for (size_t bit = 0; bit < 8 * sizeof(block); bit++) {
		block[bit / 8] = (uint8_t)(1U << bit % 8);
		blake2b_256(block, sizeof(block), other);
		block[bit / 8] = 0;
		assert_memory_not_equal(hash, other, sizeof(hash));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(known_texts_have_known_hashes),
		cmocka_unit_test(random_texts_of_each_length_have_the_hashes_of_libsodium),
		cmocka_unit_test(each_bit_of_the_text_changes_the_hash),
	};

	if (sodium_init() < 0)
		return 1;
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
