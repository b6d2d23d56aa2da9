/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Tests of patd/crypto/token_secret. */
#include "tests/unit/unit.h"

#include <errno.h>
#include <sodium.h>
#include <string.h>

#include "patd/crypto/token_secret.h"

static const char secret[] = "pat_0123456789_0000000000000000000000000000000000000002eeL2Q";
static uint8_t public_key[SECRET_BOX_KEY_LEN], secret_key[crypto_box_SECRETKEYBYTES];

static int make_keys(void **state)
{
	(void)state;
	return sodium_init() < 0 ? -1 : crypto_box_keypair(public_key, secret_key);
}

static void secret_key_opens_the_box(void **state)
{
	uint8_t box[SECRET_BOX_LEN];
	unsigned char text[PAT_TOKEN_LEN];

	(void)state;
	assert_int_equal(secret_box_seal(secret, public_key, box), 0);
	assert_int_equal(crypto_box_seal_open(text, box, sizeof(box), public_key, secret_key), 0);
	assert_memory_equal(text, secret, PAT_TOKEN_LEN);
}

static void box_contains_no_part_of_the_secret(void **state)
{
	uint8_t box[SECRET_BOX_LEN];

	(void)state;
	assert_int_equal(secret_box_seal(secret, public_key, box), 0);
	for (size_t at = 0; at + 4 <= PAT_TOKEN_LEN; at += 4)
		assert_null(memmem(box, sizeof(box), secret + at, 4));
}

static void key_of_another_length_is_refused(void **state)
{
	const uint8_t long_key[SECRET_BOX_KEY_LEN + 1] = { 9 };

	(void)state;
	assert_true(secret_box_takes(public_key, sizeof(public_key)));
	assert_true(secret_box_takes(long_key, SECRET_BOX_KEY_LEN));
	assert_false(secret_box_takes(NULL, 0));
	assert_false(secret_box_takes(public_key, SECRET_BOX_KEY_LEN - 1));
	assert_false(secret_box_takes(long_key, sizeof(long_key)));
}

static void weak_key_is_refused(void **state)
{
	const uint8_t zero[SECRET_BOX_KEY_LEN] = { 0 }, one[SECRET_BOX_KEY_LEN] = { 1 };
	uint8_t box[SECRET_BOX_LEN];

	(void)state;
	assert_false(secret_box_takes(zero, sizeof(zero)));
	assert_false(secret_box_takes(one, sizeof(one)));
	assert_int_equal(secret_box_seal(secret, zero, box), -EINVAL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(secret_key_opens_the_box),
		cmocka_unit_test(box_contains_no_part_of_the_secret),
		cmocka_unit_test(key_of_another_length_is_refused),
		cmocka_unit_test(weak_key_is_refused),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, make_keys, NULL);
}
