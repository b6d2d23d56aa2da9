/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The key pairs of an issuer, their signatures, and what is kept of a fleet token's digest. */
#include <errno.h>
#include <sodium.h>
#include <string.h>

#include "patd/crypto/key_private.h"

/* Part of the format: with another, an issuer would have another key. */
static const char kdf_context[crypto_kdf_CONTEXTBYTES] = { 'p', 'a', 't', 'f', 'l', 'e', 'e', 't' };

static const char verifier_domain[] = "pat-fleet-verifier-1";

_Static_assert(MAC_LEN == crypto_kdf_KEYBYTES, "a subkey is what the derivation takes");

struct key_pair {
	uint8_t seed[crypto_sign_SEEDBYTES];
	uint8_t secret[crypto_sign_SECRETKEYBYTES];
	uint8_t public[FLEET_PUBLIC_KEY_LEN];
};

int key_pair_new(const struct key *key, uint64_t generation, struct key_pair **ret_pair)
{
	struct key_pair *pair;

	if (generation == 0)
		return -EINVAL;
	pair = sodium_malloc(sizeof(*pair));
	if (!pair)
		return -ENOMEM;
	/* Neither fails: lengths are constants that fit. */
	if (crypto_kdf_derive_from_key(pair->seed, sizeof(pair->seed), generation, kdf_context,
		    key->subkeys[SUBKEY_FLEET]) < 0 ||
		crypto_sign_seed_keypair(pair->public, pair->secret, pair->seed) < 0) {
		sodium_free(pair);
		return -EINVAL;
	}
	*ret_pair = pair;
	return 0;
}

void key_pair_free(struct key_pair *pair)
{
	sodium_free(pair);
}

int key_pair_sign(const struct key_pair *pair, const uint8_t *bytes, size_t len,
	uint8_t ret_signature[static FLEET_SIGNATURE_LEN])
{
	return crypto_sign_detached(ret_signature, NULL, bytes, len, pair->secret) < 0 ? -EINVAL
										       : 0;
}

int key_fleet_public(
	const struct key *key, uint64_t generation, uint8_t ret[static FLEET_PUBLIC_KEY_LEN])
{
	struct key_pair *pair;
	int r = key_pair_new(key, generation, &pair);

	if (r < 0)
		return r;
	memcpy(ret, pair->public, FLEET_PUBLIC_KEY_LEN);
	key_pair_free(pair);
	return 0;
}

int key_fleet_sign(const struct key *key, uint64_t generation, const uint8_t *bytes, size_t len,
	uint8_t ret_signature[static FLEET_SIGNATURE_LEN])
{
	struct key_pair *pair;
	int r = key_pair_new(key, generation, &pair);

	if (r < 0)
		return r;
	r = key_pair_sign(pair, bytes, len, ret_signature);
	key_pair_free(pair);
	return r;
}

bool fleet_signature_valid(const uint8_t public_key[static FLEET_PUBLIC_KEY_LEN],
	const uint8_t *bytes, size_t len, const uint8_t signature[static FLEET_SIGNATURE_LEN])
{
	return crypto_sign_verify_detached(signature, bytes, len, public_key) == 0;
}

void fleet_key_id(const uint8_t public_key[static FLEET_PUBLIC_KEY_LEN],
	char ret[static FLEET_KEY_ID_LEN + 1])
{
	uint8_t hash[crypto_generichash_BYTES];

	crypto_generichash(hash, sizeof(hash), public_key, FLEET_PUBLIC_KEY_LEN, NULL, 0);
	(void)sodium_bin2hex(ret, FLEET_KEY_ID_LEN + 1, hash, FLEET_KEY_ID_LEN / 2);
}

void fleet_verifier(const struct pat_digest *digest, uint8_t ret[static TOKEN_VERIFIER_LEN])
{
	crypto_generichash_state state;

	crypto_generichash_init(&state, NULL, 0, TOKEN_VERIFIER_LEN);
	crypto_generichash_update(
		&state, (const uint8_t *)verifier_domain, sizeof(verifier_domain) - 1);
	crypto_generichash_update(&state, digest->bytes, sizeof(digest->bytes));
	crypto_generichash_final(&state, ret, TOKEN_VERIFIER_LEN);
	sodium_memzero(&state, sizeof(state));
}
