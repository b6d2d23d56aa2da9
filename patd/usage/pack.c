/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Packing records, and unpacking what a file says. */
#include "patd/usage/pack.h"

#include <string.h>

#define GROUP_BITS 7
#define MORE 0x80

static size_t put_number(uint8_t *at, uint64_t number)
{
	size_t n = 0;

	while (number >= MORE) {
		at[n++] = (uint8_t)(number | MORE);
		number >>= GROUP_BITS;
	}
	at[n++] = (uint8_t)number;
	return n;
}

size_t pack(const struct table *table, const void *record, uint8_t *ret_bytes)
{
	uint8_t *at = ret_bytes;

	for (size_t i = 0; i < table->n; i++) {
		const struct field *field = &table->fields[i];
		const void *member = (const char *)record + field->offset;
		size_t len = field->size;

		if (FIELD_IS_TEXT(field->kind)) {
			len = strlen(member);
			at += put_number(at, len);
		} else if (!FIELD_IS_BYTES(field->kind)) {
			at += put_number(at, field_number(field, member));
			continue;
		}
		memcpy(at, member, len);
		at += len;
	}
	return (size_t)(at - ret_bytes);
}

/* What is left to be read. */
struct rest {
	const uint8_t *at;
	size_t len;
};

static bool take_number(struct rest *rest, uint64_t *ret_number)
{
	uint64_t number = 0;
	uint8_t byte;

	for (unsigned int shift = 0; shift < 64; shift += GROUP_BITS) {
		if (rest->len == 0)
			return false;
		byte = *rest->at++;
		rest->len--;
		number |= (uint64_t)(byte & ~MORE) << shift;
		if ((byte & MORE) == 0) {
			*ret_number = number;
			return true;
		}
	}
	return false;
}

static bool take_bytes(struct rest *rest, size_t len, void *ret_bytes)
{
	if (len > rest->len)
		return false;
	memcpy(ret_bytes, rest->at, len);
	rest->at += len;
	rest->len -= len;
	return true;
}

static bool take_field(struct rest *rest, const struct field *field, void *ret_member)
{
	uint64_t number;

	if (FIELD_IS_BYTES(field->kind))
		return take_bytes(rest, field->size, ret_member);
	if (!take_number(rest, &number))
		return false;
	if (FIELD_IS_TEXT(field->kind))
		return number < field->size && take_bytes(rest, (size_t)number, ret_member) &&
		       strlen(ret_member) == number;
	if (number > field->max)
		return false;
	if (field->kind == FIELD_NUMBER)
		*(uint64_t *)ret_member = number;
	else if (field->kind == FIELD_BOOL)
		*(bool *)ret_member = number != 0;
	else
		*(uint32_t *)ret_member = (uint32_t)number;
	return true;
}

bool unpack(const struct table *table, const uint8_t *bytes, size_t len, void *ret_record)
{
	struct rest rest = { bytes, len };

	memset(ret_record, 0, table->size);
	for (size_t i = 0; i < table->n; i++)
		if (!take_field(
			    &rest, &table->fields[i], (char *)ret_record + table->fields[i].offset))
			return false;
	return rest.len == 0;
}
