/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Reading and writing the bytes of a batch. */
#include "patd/usage/batch.h"

#include <endian.h>
#include <errno.h>
#include <sodium.h>
#include <string.h>

/* Where the members of a header are. */
enum {
	NUMBER_AT = 8,
	LENGTH_AT = 16,
	BEFORE_AT = 24,
	MAC_AT = 56
};

_Static_assert(MAC_AT + MAC_LEN == BATCH_HEADER_BYTES, "a header has nothing else");

static const uint8_t magic[NUMBER_AT] = "PATuse1";

static void put64(uint8_t *at, uint64_t number)
{
	number = htole64(number);
	memcpy(at, &number, sizeof(number));
}

static uint64_t get64(const uint8_t *at)
{
	uint64_t number;

	memcpy(&number, at, sizeof(number));
	return le64toh(number);
}

size_t batch_put(uint8_t *at, enum usage_kind kind, const void *record)
{
	const size_t len = row_pack(usage_table(kind), record, at + RECORD_HEADER_BYTES);

	at[0] = (uint8_t)kind;
	at[1] = (uint8_t)len;
	at[2] = (uint8_t)(len >> 8);
	return RECORD_HEADER_BYTES + len;
}

void batch_seal(const struct key *key, uint64_t number, const uint8_t before[static MAC_LEN],
	uint8_t *bytes, size_t records_size, uint8_t ret_mac[static MAC_LEN])
{
	memcpy(bytes, magic, sizeof(magic));
	put64(bytes + NUMBER_AT, number);
	put64(bytes + LENGTH_AT, records_size);
	memcpy(bytes + BEFORE_AT, before, MAC_LEN);
	key_usage_mac(key, bytes, MAC_AT, bytes + BATCH_HEADER_BYTES, records_size, bytes + MAC_AT);
	memcpy(ret_mac, bytes + MAC_AT, MAC_LEN);
}

bool batch_read(const struct key *key, const uint8_t *bytes, size_t len, struct batch *ret_batch)
{
	uint8_t mac[MAC_LEN];
	uint64_t records_size;

	if (len < BATCH_HEADER_BYTES || memcmp(bytes, magic, sizeof(magic)) != 0)
		return false;
	records_size = get64(bytes + LENGTH_AT);
	if (records_size > len - BATCH_HEADER_BYTES)
		return false;
	key_usage_mac(key, bytes, MAC_AT, bytes + BATCH_HEADER_BYTES, records_size, mac);
	if (sodium_memcmp(mac, bytes + MAC_AT, sizeof(mac)) != 0)
		return false;
	ret_batch->number = get64(bytes + NUMBER_AT);
	ret_batch->size = BATCH_HEADER_BYTES + records_size;
	memcpy(ret_batch->before, bytes + BEFORE_AT, MAC_LEN);
	memcpy(ret_batch->mac, mac, MAC_LEN);
	ret_batch->records = bytes + BATCH_HEADER_BYTES;
	ret_batch->records_size = records_size;
	return true;
}

int batch_each(const struct batch *batch, usage_record_fn fn, void *userdata)
{
	const uint8_t *at = batch->records, *end = at + batch->records_size;

	while (at < end) {
		const struct table *table = usage_table(at[0]);
		union usage_record record;
		size_t len;
		int r;

		if (end - at < RECORD_HEADER_BYTES)
			return -EBADMSG;
		len = (size_t)at[1] | (size_t)at[2] << 8;
		if (!table || len == 0 || (size_t)(end - at) - RECORD_HEADER_BYTES < len ||
			row_unpack(table, at + RECORD_HEADER_BYTES, len, &record) != len)
			return -EBADMSG;
		r = fn((enum usage_kind)at[0], &record, userdata);
		if (r < 0)
			return r;
		at += RECORD_HEADER_BYTES + len;
	}
	return 0;
}
