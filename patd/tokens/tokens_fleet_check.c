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

int fleet_generation(struct tokens *tokens, uint64_t *ret_generation)
{
	uint64_t generation = 0;
	int r = meta_get_number(tokens->database, META_FLEET_KEY, &generation);

	if (r == 0)
		*ret_generation = generation == 0 ? 1 : generation;
	return r;
}

/*
 * The first of our keys that counts: after a restore that of the backup, else the present one.  An
 * earlier one does not: whoever has it, with the hub, could make tokens for us to sign.
 */
static int first_generation(struct tokens *tokens, uint64_t *ret_generation)
{
	struct fleet_return returned;
	int r = fleet_return_load(tokens, &returned);

	if (r == 0 && returned.generation == 0)
		return fleet_generation(tokens, ret_generation);
	*ret_generation = returned.generation;
	return r;
}

/* *which: how many generations after the first one. */
static bool signed_by_us(struct tokens *tokens, const struct signed_bytes *bytes, size_t *which)
{
	uint8_t key[FLEET_PUBLIC_KEY_LEN];
	uint64_t first = 0;

	if (first_generation(tokens, &first) < 0)
		return false;
	for (size_t i = 0; i <= GENERATIONS_AHEAD; i++) {
		const size_t ahead = (*which + i) % (GENERATIONS_AHEAD + 1);

		if (key_fleet_public(tokens->key, first + ahead, key) == 0 &&
			signed_with(key, bytes)) {
			*which = ahead;
			return true;
		}
	}
	return false;
}

int fleet_generation_of(struct tokens *tokens, size_t which, uint64_t *ret_generation)
{
	uint64_t first = 0, present = 0;
	int r = first_generation(tokens, &first);

	if (r < 0 || (r = fleet_generation(tokens, &present)) < 0)
		return r;
	*ret_generation = first + which > present ? first + which : 0;
	return 0;
}

bool fleet_is_signed_by(struct tokens *tokens, const struct issuer *trusted,
	const struct signed_bytes *bytes, size_t *which)
{
	return bytes->len > FLEET_SIGNATURE_LEN && bytes->len <= FLEET_SIGNED_MAX &&
	       (trusted ? signed_by_trusted(trusted, bytes, which)
			: signed_by_us(tokens, bytes, which));
}

void fleet_log_unsigned(struct tokens *tokens, struct kept_issuer *issuer, const char *what)
{
	if (fleet_logs_refusal(tokens, issuer))
		log_warning("%s of the issuer %s is not signed by it, and is ignored", what,
			issuer->ledger.issuer);
}
