/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What patd seals a secret to where no descriptor reaches. */
#include "tests/unit/unit.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "common/token_format.h"
#include "patctl/base/secret.h"
#include "patctl/client/box.h"

static char token[PAT_TOKEN_LEN + 1];
static struct pat_id id;

static int make_token(void **state)
{
	(void)state;
	if (sodium_init() < 0)
		return -1;
	pat_token_new(token, &id);
	return 0;
}

#define BOX_LEN (PAT_TOKEN_LEN + crypto_box_SEALBYTES)

static void seal_some(const struct box *box, const char *text, size_t len, uint8_t *ret)
{
	assert_int_equal(crypto_box_seal(ret, (const unsigned char *)text, len, box->recipient), 0);
}

static void seal(const struct box *box, const char *text, uint8_t ret[static BOX_LEN])
{
	seal_some(box, text, PAT_TOKEN_LEN, ret);
}

static void box_opens_into_a_sealed_memfd(void **state)
{
	cleanup_box struct box *box = box_new();
	uint8_t sealed[BOX_LEN];
	const char *problem;
	char *secret;
	int fd;

	(void)state;
	assert_non_null(box);
	seal(box, token, sealed);
	fd = box_open(box, sealed, sizeof(sealed));
	assert_true(fd >= 0);
	secret = secret_read(fd, &id, &problem);
	assert_non_null(secret);
	assert_string_equal(secret, token);
	secret_free(&secret);
	close(fd);
}

static void box_with_another_key_does_not_open(void **state)
{
	cleanup_box struct box *box = box_new(), *other = box_new();
	uint8_t sealed[BOX_LEN];

	(void)state;
	assert_memory_not_equal(box->recipient, other->recipient, sizeof(box->recipient));
	seal(box, token, sealed);
	assert_int_equal(box_open(other, sealed, sizeof(sealed)), -EBADMSG);
}

static void altered_or_truncated_box_does_not_open(void **state)
{
	cleanup_box struct box *box = box_new();
	uint8_t sealed[BOX_LEN + 1] = { 0 };

	(void)state;
	seal(box, token, sealed);
	assert_int_equal(box_open(box, sealed, 0), -EBADMSG);
	assert_int_equal(box_open(box, NULL, 0), -EBADMSG);
	assert_int_equal(box_open(box, sealed, BOX_LEN - 1), -EBADMSG);
	assert_int_equal(box_open(box, sealed, BOX_LEN + 1), -EBADMSG);
	for (size_t i = 0; i < BOX_LEN; i += 7) {
		sealed[i] ^= 1;
		assert_int_equal(box_open(box, sealed, BOX_LEN), -EBADMSG);
		sealed[i] ^= 1;
	}
}

static void box_of_another_length_does_not_open(void **state)
{
	cleanup_box struct box *box = box_new();
	static const char text[PAT_TOKEN_LEN_MAX + 2] = { 0 };
	uint8_t sealed[sizeof(text) + crypto_box_SEALBYTES];

	(void)state;
	for (size_t len = 0; len <= sizeof(text); len++) {
		if (pat_token_len_valid(len))
			continue;
		seal_some(box, text, len, sealed);
		assert_int_equal(box_open(box, sealed, len + crypto_box_SEALBYTES), -EBADMSG);
	}
}

/* As patd of another machine seals it. */
static void box_of_a_patd_of_the_first_versions_opens(void **state)
{
	static const char first[] =
		"pat_AbCdEfGhIj_The1quick2brown3fox4jumps5over6the7lazy8dog2l6wml";
	uint8_t sealed[sizeof(first) - 1 + crypto_box_SEALBYTES];
	cleanup_box struct box *box = box_new();
	char got[sizeof(first)] = "";
	int fd;

	(void)state;
	seal_some(box, first, sizeof(first) - 1, sealed);
	fd = box_open(box, sealed, sizeof(sealed));
	assert_true(fd >= 0);
	assert_int_equal(pread(fd, got, sizeof(got), 0), sizeof(first) - 1);
	assert_string_equal(got, first);
	close(fd);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(box_opens_into_a_sealed_memfd),
		cmocka_unit_test(box_with_another_key_does_not_open),
		cmocka_unit_test(altered_or_truncated_box_does_not_open),
		cmocka_unit_test(box_of_another_length_does_not_open),
		cmocka_unit_test(box_of_a_patd_of_the_first_versions_opens),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, make_token, NULL);
}
