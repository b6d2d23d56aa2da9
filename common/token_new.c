/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Generating tokens. */
#include <sodium.h>
#include <string.h>

#include "common/token_parts.h"

static void random_base62(char *out, size_t len)
{
	for (size_t i = 0; i < len; i++)
		out[i] = pat_base62[randombytes_uniform(62)];
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
	pat_crc_format(token, token + CRC_AT);
	token[PAT_TOKEN_LEN] = '\0';
}
