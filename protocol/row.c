/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Records as bytes, and back. */
#include "protocol/row.h"

#include <string.h>

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
			size += sizeof(uint16_t) + field->size - 1;
		else
			size += FIELD_IS_BYTES(field->kind) ? field->size
							    : number_size(field->kind);
	}
	return size;
}

/* Writes the member at `to`, and returns the place after it. */
static uint8_t *put_field(const struct field *field, const char *member, uint8_t *to)
{
	size_t size;

	if (FIELD_IS_TEXT(field->kind)) {
		const uint16_t len = (uint16_t)strnlen(member, field->size - 1);

		memcpy(to, &len, sizeof(len));
		to += sizeof(len);
		size = len;
	} else {
		size = FIELD_IS_BYTES(field->kind) ? field->size : number_size(field->kind);
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

static bool take(struct rest *rest, void *ret, size_t size)
{
	if (rest->len < size)
		return false;
	memcpy(ret, rest->at, size);
	rest->at += size;
	rest->len -= size;
	return true;
}

static bool take_text(struct rest *rest, const struct field *field, char *ret_text)
{
	uint16_t len;

	if (!take(rest, &len, sizeof(len)) || len >= field->size || !take(rest, ret_text, len))
		return false;
	return !memchr(ret_text, '\0', len) && field_text_valid(field->kind, ret_text);
}

static bool take_number(struct rest *rest, const struct field *field, void *ret_member)
{
	uint64_t number = 0;
	uint32_t number32 = 0;
	uint8_t boolean = 0;
	bool taken;

	if (field->kind == FIELD_NUMBER)
		taken = take(rest, &number, sizeof(number));
	else if (field->kind == FIELD_BOOL)
		taken = take(rest, &boolean, sizeof(boolean)) && boolean <= 1;
	else
		taken = take(rest, &number32, sizeof(number32));
	return taken && field_set_number(field, number + number32 + boolean, ret_member);
}

static bool take_field(struct rest *rest, const struct field *field, char *ret_member)
{
	if (FIELD_IS_TEXT(field->kind))
		return take_text(rest, field, ret_member);
	if (FIELD_IS_BYTES(field->kind))
		return take(rest, ret_member, field->size);
	return take_number(rest, field, ret_member);
}

size_t row_unpack(const struct table *table, const void *from, size_t len, void *ret_record)
{
	struct rest rest = { from, len };

	memset(ret_record, 0, table->size);
	for (size_t i = 0; i < table->n; i++)
		if (!take_field(&rest, &table->fields[i],
			    (char *)ret_record + table->fields[i].offset)) {
			memset(ret_record, 0, table->size);
			return 0;
		}
	return len - rest.len;
}
