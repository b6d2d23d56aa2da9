/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Parsing, generating and hashing tokens. */
#include "common/token_format.h"

#include <sodium.h>
#include <stddef.h>
#include <string.h>

#define PREFIX "pat_"
#define PREFIX_LEN (sizeof(PREFIX) - 1)
#define ID_AT PREFIX_LEN
#define SEPARATOR_AT (ID_AT + PAT_ID_LEN)
#define SECRET_AT (SEPARATOR_AT + 1)

_Static_assert(SECRET_AT + PAT_SECRET_LEN + PAT_CRC_LEN == PAT_TOKEN_LEN, "parts fill the token");

/* Of a token; what is between the secret's beginning and the crc is the secret. */
static const size_t lengths[] = { PAT_TOKEN_LEN, PAT_TOKEN_LEN_MAX };

#define LENGTHS (sizeof(lengths) / sizeof(lengths[0]))

static const char base62[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

static size_t base62_span(const char *text, size_t max)
{
	size_t n = strspn(text, base62);

	return n < max ? n : max;
}

static uint32_t crc32(const char *text, size_t len)
{
	uint32_t crc = UINT32_MAX;

	for (size_t i = 0; i < len; i++) {
		crc ^= (uint8_t)text[i];
		for (int bit = 0; bit < 8; bit++)
			crc = (crc >> 1) ^ (UINT32_C(0xEDB88320) & (0U - (crc & 1U)));
	}
	return ~crc;
}

/* Of the len characters before it. */
static void crc_format(const char *text, size_t len, char out[static PAT_CRC_LEN])
{
	uint32_t crc = crc32(text, len);

	for (size_t i = PAT_CRC_LEN; i-- > 0; crc /= 62)
		out[i] = base62[crc % 62];
}

bool pat_id_valid(const char *text)
{
	return base62_span(text, PAT_ID_LEN) == PAT_ID_LEN && text[PAT_ID_LEN] == '\0';
}

bool pat_id_prefix_valid(const char *text)
{
	size_t n = base62_span(text, PAT_ID_LEN);

	return n > 0 && text[n] == '\0';
}

bool pat_token_len_valid(size_t len)
{
	for (size_t i = 0; i < LENGTHS; i++)
		if (len == lengths[i])
			return true;
	return false;
}

/* text has len characters or more, of which those count; len is one of lengths. */
static bool parse(const char *text, size_t len, struct pat_id *ret_id)
{
	const size_t crc_at = len - PAT_CRC_LEN;
	char crc[PAT_CRC_LEN];
	bool matches;

	if (memcmp(text, PREFIX, PREFIX_LEN) != 0 || text[SEPARATOR_AT] != '_' ||
		base62_span(text + ID_AT, PAT_ID_LEN) != PAT_ID_LEN ||
		base62_span(text + SECRET_AT, crc_at - SECRET_AT) != crc_at - SECRET_AT)
		return false;

	crc_format(text, crc_at, crc);
	matches = memcmp(text + crc_at, crc, PAT_CRC_LEN) == 0;
	sodium_memzero(crc, sizeof(crc));
	if (!matches)
		return false;

	memcpy(ret_id->text, text + ID_AT, PAT_ID_LEN);
	ret_id->text[PAT_ID_LEN] = '\0';
	return true;
}

bool pat_token_parse(const char *text, struct pat_id *ret_id)
{
	const size_t len = strnlen(text, PAT_TOKEN_LEN_MAX + 1);

	return pat_token_len_valid(len) && parse(text, len, ret_id);
}

/* 1 or 0, without a branch. */
static size_t is_blank(char c)
{
	const unsigned int u = (uint8_t)c;

	return (size_t)(u == ' ') | (size_t)(u - (unsigned int)'\t' <= '\r' - '\t');
}

/* How many of the len characters, from the first on by step, are blank: in the same steps for all.
 */
static size_t count_blanks(const char *first, size_t len, int step)
{
	size_t n = 0, all = 1;

	for (size_t i = 0; i < len; i++) {
		all &= is_blank(*first);
		n += all;
		first += step;
	}
	return n;
}

/* Whether text, of text_len characters, is blanks and a token of len. */
static bool find(const char *text, size_t text_len, size_t len, struct pat_found *ret_found)
{
	size_t blanks, before, after;
	struct pat_id id;

	if (text_len < len || text_len > len + PAT_BLANKS_MAX)
		return false;
	blanks = text_len - len;
	before = count_blanks(text, blanks, 1);
	after = count_blanks(text + text_len - 1, blanks, -1);
	if (before + after != blanks || !parse(text + before, len, &id))
		return false;
	*ret_found = (struct pat_found) {
		.token = text + before,
		.len = len,
		.id = id,
		.blanks = blanks > 0,
	};
	return true;
}

bool pat_token_find(const char *text, struct pat_found *ret_found)
{
	const size_t len = strnlen(text, PAT_TOKEN_LEN_MAX + PAT_BLANKS_MAX + 1);

	for (size_t i = 0; i < LENGTHS; i++)
		if (find(text, len, lengths[i], ret_found))
			return true;
	return false;
}

bool pat_token_within(const char *text, struct pat_id *ret_id)
{
	for (const char *at = text; (at = strstr(at, PREFIX)); at++)
		for (size_t i = 0; i < LENGTHS; i++)
			if (strnlen(at, lengths[i]) == lengths[i] && parse(at, lengths[i], ret_id))
				return true;
	return false;
}

static void random_base62(char *out, size_t len)
{
	for (size_t i = 0; i < len; i++)
		out[i] = base62[randombytes_uniform(62)];
}

void pat_token_new(char token[static PAT_TOKEN_LEN + 1], struct pat_id *ret_id)
{
	random_base62(ret_id->text, PAT_ID_LEN);
	ret_id->text[PAT_ID_LEN] = '\0';
	pat_token_renew(ret_id, token);
}

void pat_token_renew(const struct pat_id *id, char token[static PAT_TOKEN_LEN + 1])
{
	memcpy(token, PREFIX, PREFIX_LEN);
	memcpy(token + ID_AT, id->text, PAT_ID_LEN);
	token[SEPARATOR_AT] = '_';
	random_base62(token + SECRET_AT, PAT_SECRET_LEN);
	crc_format(token, SECRET_AT + PAT_SECRET_LEN, token + SECRET_AT + PAT_SECRET_LEN);
	token[PAT_TOKEN_LEN] = '\0';
}

void pat_token_digest(const char *token, size_t len, struct pat_digest *ret_digest)
{
	static const char domain[] = "pat-v1";
	crypto_generichash_state state;

	crypto_generichash_init(&state, NULL, 0, sizeof(ret_digest->bytes));
	crypto_generichash_update(&state, (const uint8_t *)domain, sizeof(domain) - 1);
	crypto_generichash_update(&state, (const uint8_t *)token, len);
	crypto_generichash_final(&state, ret_digest->bytes, sizeof(ret_digest->bytes));
	sodium_memzero(&state, sizeof(state));
}
