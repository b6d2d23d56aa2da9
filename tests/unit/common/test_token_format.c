/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The format of tokens, their checksum and their digest. */
#include "tests/unit/unit.h"

#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "common/token_format.h"

#define ALPHABET "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
#define ZEROS "000000000000000000000000000000000000000"

/*
 * Made with Python: zlib.crc32, hashlib.blake2b(b"pat-v1" + token, digest_size=32).  The last three
 * have the length of the first versions.
 */
static const struct {
	const char *token, *id, *digest;
} known[] = {
	{ "pat_0123456789_" ZEROS "2eeL2Q", "0123456789",
		"d96e11b1f3745ae92964853a80138e120997407ce21749a4e394f7cf821a9104" },
	{ "pat_zzzzzzzzzz_zzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzz2xdZxo", "zzzzzzzzzz",
		"3f0d1bc3e7bc4f45f95ab3f6cbc75692568943ca975445d72d55b9b408a17775" },
	{ "pat_AbCdEfGhIj_The1quick2brown3fox4jumps5over6thelazyd3BHSwV", "AbCdEfGhIj",
		"e487dd8d7523c199c9185eb0246121eced91890cee545731b7a10fa451348c20" },
	{ "pat_0123456789_" ZEROS "00004Lc8C3", "0123456789",
		"a7a2d5be947339ffddb685cd8bc72852a21bdc7d254ad56a5e6491b28e81cfd9" },
	{ "pat_zzzzzzzzzz_zzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzz4YhVT8", "zzzzzzzzzz",
		"9b5e99d3e2c5d90b063e11bd2dfa54c7f5398faa64038e7e91a83c0aa4eeb34d" },
	{ "pat_AbCdEfGhIj_The1quick2brown3fox4jumps5over6the7lazy8dog2l6wml", "AbCdEfGhIj",
		"f6371548ad4309561b514a1c76c966b2a5d75edf54ddd638a55ca7bac361965e" },
};

/* A checksum with leading zeros, which must not be left out. */
static const char leading_zeros[] = "pat_0000000026_" ZEROS "00O5Bq";

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
		pat_token_digest(known[i].token, strlen(known[i].token), &digest);
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
 * 62 characters at 49 random places of 4000 tokens: 3161 each are expected, with a standard
 * deviation of 56.  `byte % 62` would give the first eight a quarter more, 14 deviations; 6 are
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
		for (size_t at = 4; at < PAT_TOKEN_LEN - PAT_CRC_LEN; at++)
			if (at != 14)
				seen[(uint8_t)token[at]]++;
	}
	for (const char *c = ALPHABET; *c; c++)
		assert_between(seen[(uint8_t)*c], 3161 - 335, 3161 + 335);
}

/* CRC-32 finds any change within 32 bits; no typing error of one character gets through. */
static void passwords__token_with_one_changed_character_is_refused(void **state)
{
	char token[PAT_TOKEN_LEN_MAX + 1];
	struct pat_id id = { "untouched" };

	(void)state;
	for (size_t i = 0; i < COUNT(known); i++)
		for (size_t at = 0; known[i].token[at] != '\0'; at++)
			for (int c = 0; c < 256; c++) {
				(void)snprintf(token, sizeof(token), "%s", known[i].token);
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

/* Its beginning, and what follows when it is repeated: with no other length is it a token. */
static void token_of_another_length_is_refused(void **state)
{
	char token[4 * PAT_TOKEN_LEN_MAX] = "";
	struct pat_id id;

	(void)state;
	for (size_t i = 0; i < COUNT(known); i++) {
		const size_t whole = strlen(known[i].token);

		for (size_t len = 0; len < sizeof(token) - 1; len++) {
			memset(token, 0, sizeof(token));
			for (size_t at = 0; at < len; at++)
				token[at] = known[i].token[at % whole];
			assert_int_equal(pat_token_parse(token, &id), len == whole);
		}
	}
}

static void only_two_lengths_are_tokens(void **state)
{
	(void)state;
	for (size_t len = 0; len < 2 * PAT_TOKEN_LEN_MAX; len++)
		assert_int_equal(pat_token_len_valid(len), len == 60 || len == 64);
}

static void passwords__passwords_are_not_tokens(void **state)
{
	static const char *const others[] = {
		"",
		"pat_",
		"correct horse battery staple",
		"ghp_16C7e42F292c6912E7710c838347Ae178B4a",
		" pat_0123456789_" ZEROS "2eeL2Q",
		"pat_0123456789_" ZEROS "2eeL2Q\n",
		"PAT_0123456789_" ZEROS "2eeL2Q",
		"pat-0123456789-" ZEROS "2eeL2Q",
		"pat_0123456789_" ZEROS "00002eeL2Q", /* the checksum of the shorter one */
		"pat_0123456789_" ZEROS "4Lc8C3",
		"012345678901234567890123456789012345678901234567890123456789",
		"0123456789012345678901234567890123456789012345678901234567890123",
	};
	struct pat_id id;

	(void)state;
	for (size_t i = 0; i < COUNT(others); i++)
		assert_false(pat_token_parse(others[i], &id));
}

static const struct {
	const char *before, *after;
	bool found;
} blanks[] = {
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

static void find_between_blanks(size_t which, size_t i)
{
	const char *token = known[which].token, *before = blanks[i].before;
	struct pat_found found = { .len = 1 };
	char text[128];
	bool is_found;

	(void)snprintf(text, sizeof(text), "%s%s%s", before, token, blanks[i].after);
	is_found = pat_token_find(text, &found);
	assert_that(is_found == blanks[i].found, "%zu, token %zu", i, which);
	if (!is_found) {
		assert_int_equal(found.len, 1);
		return;
	}
	assert_ptr_equal(found.token, text + strlen(before));
	assert_int_equal(found.len, strlen(token));
	assert_string_equal(found.id.text, known[which].id);
	assert_int_equal(found.blanks, strlen(text) > strlen(token));
}

static void token_is_found_between_blanks(void **state)
{
	(void)state;
	for (size_t which = 0; which < COUNT(known); which++)
		for (size_t i = 0; i < COUNT(blanks); i++)
			find_between_blanks(which, i);
}

static void token_is_found_anywhere_in_a_text(void **state)
{
	static const struct {
		const char *before, *after;
	} cases[] = { { "", "" }, { "leaked: ", "" }, { "pat_", "" }, { "pat_pat_x", " in a mail" },
		{ "https://u:", "@example.com" }, { "", "0" } };

	(void)state;
	for (size_t n = 0; n < COUNT(cases) * COUNT(known); n++) {
		const char *before = cases[n % COUNT(cases)].before;
		const char *token = known[n / COUNT(cases)].token;
		const size_t end = strlen(before) + strlen(token);
		struct pat_id id = { "untouched" };
		char text[128];

		(void)snprintf(
			text, sizeof(text), "%s%s%s", before, token, cases[n % COUNT(cases)].after);
		assert_true(pat_token_within(text, &id));
		assert_string_equal(id.text, known[n / COUNT(cases)].id);
		id = (struct pat_id) { "untouched" };
		text[end - 1] ^= 1;
		assert_false(pat_token_within(text, &id));
		text[end - 1] = '\0';
		assert_false(pat_token_within(text, &id));
		assert_string_equal(id.text, "untouched");
	}
}

static void passwords__no_password_is_found_to_be_a_token(void **state)
{
	char text[PAT_TOKEN_LEN_MAX + PAT_BLANKS_MAX + 8] = "";
	struct pat_found found = { .len = 1 };

	(void)state;
	/* Of each length: blanks alone, and characters of a token with blanks after them. */
	for (size_t len = 0; len < sizeof(text) - 1; len++) {
		memset(text, 0, sizeof(text));
		memset(text, ' ', len);
		assert_false(pat_token_find(text, &found));
		for (size_t whole = PAT_TOKEN_LEN; whole <= PAT_TOKEN_LEN_MAX; whole++) {
			memset(text, 'a', len < whole ? len : whole);
			assert_false(pat_token_find(text, &found));
		}
	}
	/* One wrong character, as of a token by itself. */
	for (size_t i = 0; i < COUNT(known); i++)
		for (size_t at = 0; known[i].token[at] != '\0'; at++) {
			(void)snprintf(text, sizeof(text), " %s\r", known[i].token);
			text[at + 1] = text[at + 1] == 'a' ? 'b' : 'a';
			assert_false(pat_token_find(text, &found));
		}
	assert_int_equal(found.len, 1);
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
		cmocka_unit_test(only_two_lengths_are_tokens),
		cmocka_unit_test(passwords__passwords_are_not_tokens),
		cmocka_unit_test(token_is_found_between_blanks),
		cmocka_unit_test(token_is_found_anywhere_in_a_text),
		cmocka_unit_test(passwords__no_password_is_found_to_be_a_token),
		cmocka_unit_test(id_is_ten_base62_characters),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, set_up, NULL);
}
