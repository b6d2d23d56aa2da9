/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The MAC over a record of the database. */
#include "patd/crypto/mac.h"

#include <endian.h>
#include <sodium.h>
#include <string.h>

static void hash_number(crypto_generichash_state *state, uint64_t number)
{
	uint64_t bytes = htole64(number);

	crypto_generichash_update(state, (const uint8_t *)&bytes, sizeof(bytes));
}

static void hash_bytes(crypto_generichash_state *state, const void *bytes, size_t len)
{
	hash_number(state, len);
	crypto_generichash_update(state, bytes, len);
}

static void hash_field(
	crypto_generichash_state *state, const struct field *field, const void *member)
{
	if (FIELD_IS_TEXT(field->kind))
		hash_bytes(state, member, strlen(member));
	else if (field->kind == FIELD_BYTES)
		hash_bytes(state, member, field->size);
	else if (field->kind != FIELD_MAC)
		hash_number(state, field_number(field, member));
}

static bool is_default(const struct field *field, const void *member)
{
	return FIELD_IS_TEXT(field->kind) ? *(const char *)member == '\0'
					  : sodium_is_zero(member, field->size) != 0;
}

void mac_record(const uint8_t key[static MAC_LEN], const uint8_t before[MAC_LEN],
	const struct table *table, const void *record, uint8_t ret[static MAC_LEN])
{
	crypto_generichash_state state;
	bool added_later = false;

	crypto_generichash_init(&state, key, MAC_LEN, MAC_LEN);
	if (before)
		hash_bytes(&state, before, MAC_LEN);
	for (size_t i = 0; i < table->n; i++) {
		const struct field *field = &table->fields[i];
		const void *member = (const char *)record + field->offset;

		if (added_later && is_default(field, member))
			continue;
		if (added_later)
			hash_number(&state, i);
		hash_field(&state, field, member);
		added_later = added_later || field->kind == FIELD_MAC;
	}
	crypto_generichash_final(&state, ret, MAC_LEN);
	sodium_memzero(&state, sizeof(state));
}
