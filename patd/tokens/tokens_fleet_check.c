/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Whether bytes are signed by who they say they are. */
#include <string.h>

#include "patd/tokens/tokens_fleet_private.h"
#include "patd/util/log.h"

/*
 * Keys beyond the one that we sign with: after a restore from a backup that is older than the
 * latest of them.
 */
#define GENERATIONS_AHEAD 4U

static bool signed_with(
	const uint8_t public_key[static FLEET_PUBLIC_KEY_LEN], const struct signed_bytes *bytes)
{
	const size_t len = bytes->len - FLEET_SIGNATURE_LEN;

	return fleet_signature_valid(public_key, bytes->bytes, len, bytes->bytes + len);
}

static bool signed_by_trusted(
	const struct issuer *trusted, const struct signed_bytes *bytes, size_t *which)
{
	for (size_t i = 0; i < trusted->keys_n; i++) {
		const size_t key = (*which + i) % trusted->keys_n;

		if (signed_with(trusted->keys[key].bytes, bytes)) {
			*which = key;
			return true;
		}
	}
	return false;
}

/* *which: how many generations before the latest that may be. */
static bool signed_by_us(struct tokens *tokens, const struct signed_bytes *bytes, size_t *which)
{
	uint8_t key[FLEET_PUBLIC_KEY_LEN];
	uint64_t generation = 0, latest;

	if (fleet_generation(tokens, &generation) < 0)
		return false;
	latest = generation + GENERATIONS_AHEAD;
	for (uint64_t i = 0; i < latest; i++) {
		const uint64_t back = (*which + i) % latest;

		if (key_fleet_public(tokens->key, latest - back, key) == 0 &&
			signed_with(key, bytes)) {
			*which = (size_t)back;
			return true;
		}
	}
	return false;
}

int fleet_generation_of(struct tokens *tokens, size_t which, uint64_t *ret_generation)
{
	uint64_t generation = 0;
	int r = fleet_generation(tokens, &generation);

	if (r == 0)
		*ret_generation =
			which < GENERATIONS_AHEAD ? generation + GENERATIONS_AHEAD - which : 0;
	return r;
}

bool fleet_signed_by(struct tokens *tokens, const char *name, const struct issuer *trusted,
	const struct signed_bytes *bytes, const char *what, size_t *which)
{
	const bool right = bytes->len > FLEET_SIGNATURE_LEN && bytes->len <= FLEET_SIGNED_MAX &&
			   (trusted ? signed_by_trusted(trusted, bytes, which)
				    : signed_by_us(tokens, bytes, which));

	if (!right)
		log_warning("%s of the issuer %s is not signed by it, and is ignored", what, name);
	return right;
}
