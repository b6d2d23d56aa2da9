/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Records as bytes, and back. */
#include "common/pack.h"

#include <endian.h>
#include <string.h>

#define TEXT_LENGTH_BYTES 2

static size_t number_size(enum field_kind kind)
{
	if (kind == FIELD_NUMBER)
		return sizeof(uint64_t);
	return kind == FIELD_BOOL ? 1 : sizeof(uint32_t);
}

size_t row_size_max(const struct table *table)
{
	size_t size = 0;

	for (size_t i = 0; i < table->n; i++) {
		const struct field *field = &table->fields[i];

		if (FIELD_IS_TEXT(field->kind))
			size += TEXT_LENGTH_BYTES + field->size - 1;
		else
			size += FIELD_IS_BYTES(field->kind) ? field->size
							    : number_size(field->kind);
	}
	return size;
}

/* Of the lowest size bytes. */
static uint8_t *put_number(uint64_t number, size_t size, uint8_t *to)
{
	const uint64_t bytes = htole64(number);

	memcpy(to, &bytes, size);
	return to + size;
}

/* Writes the member at `to`, and returns the place after it. */
static uint8_t *put_field(const struct field *field, const char *member, uint8_t *to)
{
	size_t size = field->size;

	if (FIELD_IS_TEXT(field->kind)) {
		size = strnlen(member, size - 1);
		to = put_number(size, TEXT_LENGTH_BYTES, to);
	} else if (!FIELD_IS_BYTES(field->kind)) {
		return put_number(field_number(field, member), number_size(field->kind), to);
	}
	memcpy(to, member, size);
	return to + size;
}

size_t row_pack(const struct table *table, const void *record, void *to)
{
	uint8_t *at = to;

	for (size_t i = 0; i < table->n; i++)
		at = put_field(
			&table->fields[i], (const char *)record + table->fields[i].offset, at);
	return (size_t)(at - (uint8_t *)to);
}

/* What is left of the bytes. */
struct rest {
	const uint8_t *at;
	size_t len;
};

/* False: there are not so many. */
static bool take(struct rest *rest, size_t size, void *ret_bytes)
{
	if (rest->len < size)
		return false;
	memcpy(ret_bytes, rest->at, size);
	rest->at += size;
	rest->len -= size;
	return true;
}

static bool take_number(struct rest *rest, size_t size, uint64_t *ret_number)
{
	uint64_t bytes = 0;
	bool taken = take(rest, size, &bytes);

	*ret_number = le64toh(bytes);
	return taken;
}

static bool take_field(struct rest *rest, const struct field *field, char *ret_member)
{
	uint64_t number;

	if (FIELD_IS_BYTES(field->kind))
		return take(rest, field->size, ret_member);
	if (!FIELD_IS_TEXT(field->kind))
		return take_number(rest, number_size(field->kind), &number) &&
		       field_set_number(field, number, ret_member);
	return take_number(rest, TEXT_LENGTH_BYTES, &number) && number < field->size &&
	       take(rest, number, ret_member) && !memchr(ret_member, '\0', number) &&
	       field_text_valid(field->kind, ret_member);
}

size_t row_unpack(const struct table *table, const void *from, size_t len, void *ret_record)
{
	struct rest rest = { from, len };

	bool added_later = false;

	memset(ret_record, 0, table->size);
	for (size_t i = 0; i < table->n; i++) {
		const struct field *field = &table->fields[i];

		if (added_later && rest.len == 0)
			break;
		if (!take_field(&rest, field, (char *)ret_record + field->offset)) {
			memset(ret_record, 0, table->size);
			return 0;
		}
		added_later = added_later || field->kind == FIELD_MAC;
	}
	return len - rest.len;
}
