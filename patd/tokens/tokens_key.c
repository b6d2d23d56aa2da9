/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What patd's key says of a token. */
#include <sodium.h>

#include "patd/tokens/tokens_private.h"

void tokens_set_verifier(
	const struct tokens *tokens, struct token *token, const char secret[static PAT_TOKEN_LEN])
{
	struct pat_digest digest;

	pat_token_digest(secret, PAT_TOKEN_LEN, &digest);
	if (token->issuer[0] == '\0')
		key_verifier(tokens->key, &digest, token->verifier);
	else
		fleet_verifier(&digest, token->verifier);
	sodium_memzero(&digest, sizeof(digest));
}

bool tokens_intact(const struct tokens *tokens, const struct token *token)
{
	uint8_t mac[TOKEN_MAC_LEN];

	key_row_mac(tokens->key, token, mac);
	return sodium_memcmp(mac, token->mac, sizeof(mac)) == 0;
}
