/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The format of tokens, their checksum and their digest. */
#include "tests/unit/unit.h"

#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "common/token_format.h"

#define ALPHABET "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
#define ZEROS "0000000000000000000000000000000000000000000"

/* Made with Python: zlib.crc32, hashlib.blake2b(b"pat-v1" + token, digest_size=32). */
static const struct {
	const char *token, *id, *digest;
} known[] = {
	{ "pat_0123456789_" ZEROS "4Lc8C3", "0123456789",
		"a7a2d5be947339ffddb685cd8bc72852a21bdc7d254ad56a5e6491b28e81cfd9" },
	{ "pat_zzzzzzzzzz_zzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzz4YhVT8", "zzzzzzzzzz",
		"9b5e99d3e2c5d90b063e11bd2dfa54c7f5398faa64038e7e91a83c0aa4eeb34d" },
	{ "pat_AbCdEfGhIj_The1quick2brown3fox4jumps5over6the7lazy8dog2l6wml", "AbCdEfGhIj",
		"f6371548ad4309561b514a1c76c966b2a5d75edf54ddd638a55ca7bac361965e" },
};

/* A checksum with leading zeros, which must not be left out. */
static const char leading_zeros[] = "pat_0000000318_" ZEROS "00G2iN";

static void known_tokens_are_parsed(void **state)
{
	struct pat_id id;

	(void)state;
	for (size_t i = 0; i < COUNT(known); i++) {
		assert_true(pat_token_parse(known[i].token, &id));
		assert_string_equal(id.text, known[i].id);
	}
	assert_true(pat_token_parse(leading_zeros, &id));
}

static void known_tokens_have_known_digests(void **state)
{
	struct pat_digest digest;
	char hex[2 * PAT_DIGEST_LEN + 1];

	(void)state;
	for (size_t i = 0; i < COUNT(known); i++) {
		pat_token_digest(known[i].token, &digest);
		sodium_bin2hex(hex, sizeof(hex), digest.bytes, sizeof(digest.bytes));
		assert_string_equal(hex, known[i].digest);
	}
}

static void new_token_is_valid_and_has_its_id(void **state)
{
	char token[PAT_TOKEN_LEN + 1];
	struct pat_id id, parsed;

	(void)state;
	for (int i = 0; i < 1000; i++) {
		pat_token_new(token, &id);
		assert_int_equal(strlen(token), PAT_TOKEN_LEN);
		assert_int_equal(strspn(token, ALPHABET "_"), PAT_TOKEN_LEN);
		assert_true(pat_token_parse(token, &parsed));
		assert_string_equal(id.text, parsed.text);
		assert_true(pat_id_valid(id.text));
	}
}

static void secrecy__new_tokens_differ(void **state)
{
	static char tokens[1000][PAT_TOKEN_LEN + 1];
	struct pat_id id;

	(void)state;
	for (size_t i = 0; i < COUNT(tokens); i++) {
		pat_token_new(tokens[i], &id);
		for (size_t j = 0; j < i; j++) {
			assert_memory_not_equal(tokens[i] + 4, tokens[j] + 4, PAT_ID_LEN);
			assert_memory_not_equal(tokens[i] + 15, tokens[j] + 15, PAT_SECRET_LEN);
		}
	}
}

/*
 * 62 characters at 53 random places of 4000 tokens: 3419 each are expected, with a standard
 * deviation of 58.  `byte % 62` would give the first eight a quarter more, 14 deviations; 6 are
 * allowed here, which chance passes once in ten million runs.
 */
static void secrecy__characters_are_uniformly_distributed(void **state)
{
	unsigned int seen[256] = { 0 };
	char token[PAT_TOKEN_LEN + 1];
	struct pat_id id;

	(void)state;
	for (int i = 0; i < 4000; i++) {
		pat_token_new(token, &id);
		for (size_t at = 4; at < 58; at++)
			if (at != 14)
				seen[(uint8_t)token[at]]++;
	}
	for (const char *c = ALPHABET; *c; c++)
		assert_between(seen[(uint8_t)*c], 3419 - 350, 3419 + 350);
}

/* CRC-32 finds any change within 32 bits; no typing error of one character gets through. */
static void passwords__token_with_one_changed_character_is_refused(void **state)
{
	char token[PAT_TOKEN_LEN + 1];
	struct pat_id id = { "untouched" };

	(void)state;
	for (size_t i = 0; i < COUNT(known); i++)
		for (size_t at = 0; at < PAT_TOKEN_LEN; at++)
			for (int c = 0; c < 256; c++) {
				memcpy(token, known[i].token, sizeof(token));
				if ((uint8_t)token[at] == c)
					continue;
				token[at] = (char)c;
				assert_false(pat_token_parse(token, &id));
			}
	assert_string_equal(id.text, "untouched");
}

static void token_with_two_swapped_characters_is_refused(void **state)
{
	char token[PAT_TOKEN_LEN + 1];
	struct pat_id id;

	(void)state;
	for (size_t at = 0; at + 1 < PAT_TOKEN_LEN; at++) {
		memcpy(token, known[2].token, sizeof(token));
		token[at] = known[2].token[at + 1];
		token[at + 1] = known[2].token[at];
		assert_int_equal(pat_token_parse(token, &id), token[at] == token[at + 1]);
	}
}

static void token_of_another_length_is_refused(void **state)
{
	char token[4 * PAT_TOKEN_LEN] = "";
	struct pat_id id;

	(void)state;
	for (size_t len = 0; len < sizeof(token) - 1; len++) {
		memset(token, 0, sizeof(token));
		for (size_t at = 0; at < len; at++)
			token[at] = known[0].token[at % PAT_TOKEN_LEN];
		assert_int_equal(pat_token_parse(token, &id), len == PAT_TOKEN_LEN);
	}
}

static void passwords__passwords_are_not_tokens(void **state)
{
	static const char *const others[] = {
		"",
		"pat_",
		"correct horse battery staple",
		"ghp_16C7e42F292c6912E7710c838347Ae178B4a",
		" pat_0123456789_" ZEROS "4Lc8C3",
		"pat_0123456789_" ZEROS "4Lc8C3\n",
		"PAT_0123456789_" ZEROS "4Lc8C3",
		"pat-0123456789-" ZEROS "4Lc8C3",
		"0123456789012345678901234567890123456789012345678901234567890123",
	};
	struct pat_id id;

	(void)state;
	for (size_t i = 0; i < COUNT(others); i++)
		assert_false(pat_token_parse(others[i], &id));
}

static void token_is_found_between_blanks(void **state)
{
	static const struct {
		const char *before, *after;
		bool found;
	} cases[] = {
		{ "", "", true },
		{ " ", "", true },
		{ "", "\r", true },
		{ "", "\n", true },
		{ "", "\r\n", true },
		{ "\t \v\f", " \r\n", true },
		{ "                ", "", true },
		{ "", "                ", true },
		{ "        ", "        ", true },
		{ "                 ", "", false }, /* more than PAT_BLANKS_MAX */
		{ "", "                 ", false },
		{ "         ", "        ", false },
		{ "x", "", false },
		{ "", "x", false },
		{ " x", " ", false },
		{ " ", "x ", false },
		{ "", " x", false },
		{ "x ", "", false },
		{ "\x1F", "", false },
		{ "\x08", "", false },
		{ "\x0E", "", false },
		{ "\xA0", "", false },
		{ "", "\x7F", false },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct pat_id id = { "untouched" };
		const char *found;
		char text[128];

		(void)snprintf(text, sizeof(text), "%s%s%s", cases[i].before, known[2].token,
			cases[i].after);
		found = pat_token_find(text, &id);
		assert_that((found != NULL) == cases[i].found, "%zu", i);
		if (!found) {
			assert_string_equal(id.text, "untouched");
			continue;
		}
		assert_ptr_equal(found, text + strlen(cases[i].before));
		assert_string_equal(id.text, known[2].id);
		assert_int_equal(pat_token_has_blanks(text, found),
			*cases[i].before != '\0' || *cases[i].after != '\0');
	}
}

static void token_is_found_anywhere_in_a_text(void **state)
{
	static const struct {
		const char *before, *after;
	} cases[] = { { "", "" }, { "leaked: ", "" }, { "pat_", "" }, { "pat_pat_x", " in a mail" },
		{ "https://u:", "@example.com" }, { "", "0" } };

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct pat_id id = { "untouched" };
		char text[128];

		(void)snprintf(text, sizeof(text), "%s%s%s", cases[i].before, known[1].token,
			cases[i].after);
		assert_true(pat_token_within(text, &id));
		assert_string_equal(id.text, known[1].id);
		id = (struct pat_id) { "untouched" };
		text[strlen(cases[i].before) + PAT_TOKEN_LEN - 1] ^= 1;
		assert_false(pat_token_within(text, &id));
		text[strlen(cases[i].before) + PAT_TOKEN_LEN - 1] = '\0';
		assert_false(pat_token_within(text, &id));
		assert_string_equal(id.text, "untouched");
	}
}

static void passwords__no_password_is_found_to_be_a_token(void **state)
{
	char text[PAT_TOKEN_LEN + PAT_BLANKS_MAX + 8] = "";
	struct pat_id id = { "untouched" };

	(void)state;
	/* Of each length: blanks alone, and characters of a token with blanks after them. */
	for (size_t len = 0; len < sizeof(text) - 1; len++) {
		memset(text, 0, sizeof(text));
		memset(text, ' ', len);
		assert_null(pat_token_find(text, &id));
		memset(text, 'a', len < PAT_TOKEN_LEN ? len : PAT_TOKEN_LEN);
		assert_null(pat_token_find(text, &id));
	}
	/* One wrong character, as of a token by itself. */
	for (size_t at = 0; at < PAT_TOKEN_LEN; at++) {
		(void)snprintf(text, sizeof(text), " %s\r", known[0].token);
		text[at + 1] = text[at + 1] == 'a' ? 'b' : 'a';
		assert_null(pat_token_find(text, &id));
	}
	assert_string_equal(id.text, "untouched");
}

static void id_is_ten_base62_characters(void **state)
{
	static const struct {
		const char *text;
		bool id, prefix;
	} table[] = {
		{ "0123456789", true, true },
		{ "AZaz09AZaz", true, true },
		{ "012345678", false, true },
		{ "0", false, true },
		{ "", false, false },
		{ "01234567890", false, false },
		{ "01234 6789", false, false },
		{ "01234_6789", false, false },
		{ "0123456789\n", false, false },
		{ "%", false, false },
		{ "0123/", false, false },
		{ "\xC3\xA9", false, false },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(table); i++) {
		assert_that(pat_id_valid(table[i].text) == table[i].id, "%s", table[i].text);
		assert_that(
			pat_id_prefix_valid(table[i].text) == table[i].prefix, "%s", table[i].text);
	}
}

static int set_up(void **state)
{
	(void)state;
	return sodium_init();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(known_tokens_are_parsed),
		cmocka_unit_test(known_tokens_have_known_digests),
		cmocka_unit_test(new_token_is_valid_and_has_its_id),
		cmocka_unit_test(secrecy__new_tokens_differ),
		cmocka_unit_test(secrecy__characters_are_uniformly_distributed),
		cmocka_unit_test(passwords__token_with_one_changed_character_is_refused),
		cmocka_unit_test(token_with_two_swapped_characters_is_refused),
		cmocka_unit_test(token_of_another_length_is_refused),
		cmocka_unit_test(passwords__passwords_are_not_tokens),
		cmocka_unit_test(token_is_found_between_blanks),
		cmocka_unit_test(token_is_found_anywhere_in_a_text),
		cmocka_unit_test(passwords__no_password_is_found_to_be_a_token),
		cmocka_unit_test(id_is_ten_base62_characters),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, set_up, NULL);
}
