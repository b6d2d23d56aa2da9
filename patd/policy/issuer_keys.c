/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Public keys of issuers. */
#include "patd/policy/issuer_keys.h"

#include <sodium.h>
#include <string.h>

#include "patd/crypto/key.h"
#include "patd/policy/policy.h"
#include "patd/util/item.h"

static const char *parse_key(struct item item, uint8_t ret_key[static FLEET_PUBLIC_KEY_LEN])
{
	size_t len;

	if (item.len == 0)
		return "a key is empty";
	if (sodium_base642bin(ret_key, FLEET_PUBLIC_KEY_LEN, item.at, item.len, NULL, &len, NULL,
		    sodium_base64_VARIANT_ORIGINAL) < 0 ||
		len != FLEET_PUBLIC_KEY_LEN)
		return "a key is not 32 bytes in base64";
	/* A typing error in a letter; a key for which anybody can sign is none, too. */
	if (!crypto_core_ed25519_is_valid_point(ret_key))
		return "a key is no public key of Ed25519";
	return NULL;
}

static bool has_key(const struct issuer *issuer, const uint8_t key[static FLEET_PUBLIC_KEY_LEN])
{
	for (size_t i = 0; i < issuer->keys_n; i++)
		if (memcmp(issuer->keys[i].bytes, key, FLEET_PUBLIC_KEY_LEN) == 0)
			return true;
	return false;
}

const char *issuer_keys_parse(const char *text, void *ret_issuer)
{
	struct issuer *issuer = ret_issuer, found = { 0 };
	uint8_t key[FLEET_PUBLIC_KEY_LEN];

	while (text) {
		const char *problem = parse_key(item_take(&text, ','), key);

		if (problem)
			return problem;
		if (has_key(&found, key))
			return "a key is there twice";
		if (found.keys_n == POLICY_ISSUER_KEYS_MAX)
			return "there are more than four keys";
		memcpy(found.keys[found.keys_n].bytes, key, sizeof(key));
		fleet_key_id(key, found.keys[found.keys_n++].id);
	}
	memcpy(issuer->keys, found.keys, sizeof(issuer->keys));
	issuer->keys_n = found.keys_n;
	return NULL;
}
