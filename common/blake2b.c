/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* BLAKE2b as RFC 7693, section 3, defines it, with its names. */
#include "common/blake2b.h"

#include <endian.h>
#include <string.h>

#define ROUNDS 12
#define FANOUT_AND_DEPTH UINT64_C(0x01010000) /* of the parameter block: 1 and 1, no tree */

static const uint64_t iv[8] = {
	UINT64_C(0x6A09E667F3BCC908),
	UINT64_C(0xBB67AE8584CAA73B),
	UINT64_C(0x3C6EF372FE94F82B),
	UINT64_C(0xA54FF53A5F1D36F1),
	UINT64_C(0x510E527FADE682D1),
	UINT64_C(0x9B05688C2B3E6C1F),
	UINT64_C(0x1F83D9ABFB41BD6B),
	UINT64_C(0x5BE0CD19137E2179),
};

static const uint8_t sigma[10][16] = {
	{ 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15 },
	{ 14, 10, 4, 8, 9, 15, 13, 6, 1, 12, 0, 2, 11, 7, 5, 3 },
	{ 11, 8, 12, 0, 5, 2, 15, 13, 10, 14, 3, 6, 7, 1, 9, 4 },
	{ 7, 9, 3, 1, 13, 12, 11, 14, 2, 6, 5, 10, 4, 0, 15, 8 },
	{ 9, 0, 5, 7, 2, 4, 10, 15, 14, 1, 11, 12, 6, 8, 3, 13 },
	{ 2, 12, 6, 10, 0, 11, 8, 3, 4, 13, 7, 5, 15, 14, 1, 9 },
	{ 12, 5, 1, 15, 14, 13, 4, 10, 0, 7, 6, 3, 9, 2, 8, 11 },
	{ 13, 11, 7, 14, 12, 1, 3, 9, 5, 0, 15, 4, 8, 6, 2, 10 },
	{ 6, 15, 14, 9, 11, 3, 0, 8, 12, 2, 13, 7, 1, 4, 10, 5 },
	{ 10, 2, 8, 4, 7, 6, 1, 5, 15, 11, 9, 14, 3, 12, 13, 0 },
};

/* Which words of v[] the eight mixings of a round take: the columns, then the diagonals. */
static const uint8_t mixed[8][4] = {
	{ 0, 4, 8, 12 },
	{ 1, 5, 9, 13 },
	{ 2, 6, 10, 14 },
	{ 3, 7, 11, 15 },
	{ 0, 5, 10, 15 },
	{ 1, 6, 11, 12 },
	{ 2, 7, 8, 13 },
	{ 3, 4, 9, 14 },
};

static uint64_t rotate_right(uint64_t word, unsigned int bits)
{
	return word >> bits | word << (64 - bits);
}

static void mix(uint64_t v[static 16], const uint8_t at[static 4], uint64_t x, uint64_t y)
{
	uint64_t a = v[at[0]], b = v[at[1]], c = v[at[2]], d = v[at[3]];

	a += b + x;
	d = rotate_right(d ^ a, 32);
	c += d;
	b = rotate_right(b ^ c, 24);
	a += b + y;
	d = rotate_right(d ^ a, 16);
	c += d;
	b = rotate_right(b ^ c, 63);
	v[at[0]] = a;
	v[at[1]] = b;
	v[at[2]] = c;
	v[at[3]] = d;
}

/* The only block is the last one: len is the offset t, and the flag f is set. */
static void compress(uint64_t h[static 8], uint64_t m[static 16], size_t len)
{
	uint64_t v[16];

	memcpy(v, h, sizeof(iv));
	memcpy(v + 8, iv, sizeof(iv));
	v[12] ^= len;
	v[14] = ~v[14];
	for (size_t round = 0; round < ROUNDS; round++) {
		const uint8_t *s = sigma[round % 10];

		for (size_t i = 0; i < 8; i++)
			mix(v, mixed[i], m[s[2 * i]], m[s[2 * i + 1]]);
	}
	for (size_t i = 0; i < 8; i++)
		h[i] ^= v[i] ^ v[i + 8];
	explicit_bzero(v, sizeof(v));
}

void blake2b_256(
	const uint8_t block[static BLAKE2B_BLOCK], size_t len, uint8_t ret_hash[static BLAKE2B_256])
{
	uint64_t h[8], m[16];

	memcpy(m, block, sizeof(m));
	for (size_t i = 0; i < 16; i++)
		m[i] = le64toh(m[i]);
	memcpy(h, iv, sizeof(h));
	h[0] ^= FANOUT_AND_DEPTH | BLAKE2B_256;

	compress(h, m, len);

	for (size_t i = 0; i < 8; i++)
		h[i] = htole64(h[i]);
	memcpy(ret_hash, h, BLAKE2B_256);
	explicit_bzero(m, sizeof(m));
	explicit_bzero(h, sizeof(h));
}
