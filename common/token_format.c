/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Parsing and hashing tokens.  Without libsodium, which pam_pat does not load. */
#include "common/token_format.h"

#include <stddef.h>
#include <string.h>

#include "common/blake2b.h"
#include "common/token_parts.h"

const char pat_base62[63] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

static size_t base62_span(const char *text, size_t max)
{
	size_t n = strspn(text, pat_base62);

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

void pat_crc_format(const char text[static CRC_AT], char out[static PAT_CRC_LEN])
{
	uint32_t crc = crc32(text, CRC_AT);

	for (size_t i = PAT_CRC_LEN; i-- > 0; crc /= 62)
		out[i] = pat_base62[crc % 62];
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

bool pat_token_parse(const char *text, struct pat_id *ret_id)
{
	char crc[PAT_CRC_LEN];
	bool matches;

	if (strnlen(text, PAT_TOKEN_LEN + 1) != PAT_TOKEN_LEN ||
		memcmp(text, PREFIX, PREFIX_LEN) != 0 || text[SEPARATOR_AT] != '_' ||
		base62_span(text + ID_AT, PAT_ID_LEN) != PAT_ID_LEN ||
		base62_span(text + SECRET_AT, PAT_SECRET_LEN) != PAT_SECRET_LEN)
		return false;

	pat_crc_format(text, crc);
	matches = memcmp(text + CRC_AT, crc, PAT_CRC_LEN) == 0;
	explicit_bzero(crc, sizeof(crc));
	if (!matches)
		return false;

	memcpy(ret_id->text, text + ID_AT, PAT_ID_LEN);
	ret_id->text[PAT_ID_LEN] = '\0';
	return true;
}

void pat_token_digest(const char token[static PAT_TOKEN_LEN], struct pat_digest *ret_digest)
{
	static const char domain[] = "pat-v1";
	const size_t domain_len = sizeof(domain) - 1;
	uint8_t block[BLAKE2B_BLOCK] = { 0 };

	_Static_assert(sizeof(domain) - 1 + PAT_TOKEN_LEN <= BLAKE2B_BLOCK, "one block");
	memcpy(block, domain, domain_len);
	memcpy(block + domain_len, token, PAT_TOKEN_LEN);
	blake2b_256(block, domain_len + PAT_TOKEN_LEN, ret_digest->bytes);
	explicit_bzero(block, sizeof(block));
}
