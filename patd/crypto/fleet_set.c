/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Sums over rows, by which a heartbeat says which rows there are. */
#include "patd/crypto/fleet_set.h"

#include <sodium.h>

static const char row_domain[] = "pat-fleet-row-1";
static const char set_domain[] = "pat-fleet-set-1";

_Static_assert(FLEET_HASH_LEN == crypto_stream_chacha20_KEYBYTES, "a hash is a key");
_Static_assert(FLEET_SET_LEN == 2048, "1024 sums of 16 bits");

static void hash(const char *domain, size_t domain_len, const uint8_t *bytes, size_t len,
	uint8_t ret[static FLEET_HASH_LEN])
{
	crypto_generichash_state state;

	crypto_generichash_init(&state, NULL, 0, FLEET_HASH_LEN);
	crypto_generichash_update(&state, (const uint8_t *)domain, domain_len);
	crypto_generichash_update(&state, bytes, len);
	crypto_generichash_final(&state, ret, FLEET_HASH_LEN);
}

void fleet_row_hash(const uint8_t *bytes, size_t len, uint8_t ret[static FLEET_HASH_LEN])
{
	hash(row_domain, sizeof(row_domain) - 1, bytes, len, ret);
}

void fleet_set_digest(const uint8_t set[static FLEET_SET_LEN], uint8_t ret[static FLEET_HASH_LEN])
{
	hash(set_domain, sizeof(set_domain) - 1, set, FLEET_SET_LEN, ret);
}

/* The sums are little-endian, so that a database can move to another architecture. */
static uint16_t get(const uint8_t *sum)
{
	return (uint16_t)(sum[0] | sum[1] << 8);
}

static void put(uint8_t *sum, unsigned int value)
{
	sum[0] = (uint8_t)value;
	sum[1] = (uint8_t)(value >> 8);
}

/* What a row stands for; false: it is none. */
static bool expand(const uint8_t hash[static FLEET_HASH_LEN], uint8_t ret[static FLEET_SET_LEN])
{
	static const uint8_t nonce[crypto_stream_chacha20_NONCEBYTES];

	return !sodium_is_zero(hash, FLEET_HASH_LEN) &&
	       crypto_stream_chacha20(ret, FLEET_SET_LEN, nonce, hash) == 0;
}

void fleet_set_add(uint8_t set[static FLEET_SET_LEN], const uint8_t hash[static FLEET_HASH_LEN])
{
	uint8_t row[FLEET_SET_LEN];

	if (!expand(hash, row))
		return;
	for (size_t i = 0; i < FLEET_SET_LEN; i += 2)
		put(set + i, get(set + i) + get(row + i));
}

void fleet_set_remove(uint8_t set[static FLEET_SET_LEN], const uint8_t hash[static FLEET_HASH_LEN])
{
	uint8_t row[FLEET_SET_LEN];

	if (!expand(hash, row))
		return;
	for (size_t i = 0; i < FLEET_SET_LEN; i += 2)
		put(set + i, get(set + i) + 0x10000U - get(row + i));
}
