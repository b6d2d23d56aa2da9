/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Reading records from rows, and from dictionaries of the bus. */
#include "patctl/client/records.h"

#include <stdlib.h>
#include <string.h>

#include "common/pack.h"
#include "common/wire.h"
#include "patctl/base/text.h"

#define ROOM 16 /* of the first records */

/* The place of the next record, which is not counted yet. */
static void *next_place(struct records *records)
{
	const size_t size = records->table->size;

	if (records->n == records->room) {
		records->room = records->room ? 2 * records->room : ROOM;
		records->items = must_alloc(reallocarray(records->items, records->room, size));
	}
	return (char *)records->items + records->n * size;
}

void records_append(struct records *records, const void *record)
{
	memcpy(next_place(records), record, records->table->size);
	records->n++;
}

bool records_read_rows(struct records *records, const void *bytes, size_t len, uint32_t n)
{
	for (const uint8_t *at = bytes; n > 0; n--) {
		const size_t taken = row_unpack(records->table, at, len, next_place(records));

		if (taken == 0)
			return false;
		at += taken;
		len -= taken;
		records->n++;
	}
	return len == 0;
}

/* Whether the value in a variant, which is of one complete type, is of the field's. */
static bool has_type(DBusMessageIter *value, const struct field *field)
{
	const int type = dbus_message_iter_get_arg_type(value);

	if (field->list)
		return type == DBUS_TYPE_ARRAY &&
		       dbus_message_iter_get_element_type(value) == DBUS_TYPE_STRING;
	if (FIELD_IS_TEXT(field->kind))
		return type == DBUS_TYPE_STRING;
	if (field->kind == FIELD_NUMBER)
		return type == DBUS_TYPE_UINT64;
	return type == (field->kind == FIELD_BOOL ? DBUS_TYPE_BOOLEAN : DBUS_TYPE_UINT32);
}

/* The items with commas between them. */
static bool read_list(DBusMessageIter *value, const struct field *field, char *ret_text)
{
	DBusMessageIter items;
	size_t len = 0;

	for (dbus_message_iter_recurse(value, &items);
		dbus_message_iter_get_arg_type(&items) == DBUS_TYPE_STRING;
		dbus_message_iter_next(&items)) {
		const char *item;

		dbus_message_iter_get_basic(&items, &item);
		if (len > 0 && len + 1 < field->size)
			ret_text[len++] = ',';
		if (!pat_field_set(ret_text + len, field->size - len, item))
			return false;
		len += strlen(item);
	}
	return true;
}

/* value: of the field's type; the member is all zeros. */
static bool read_value(DBusMessageIter *value, const struct field *field, void *ret_member)
{
	DBusBasicValue basic = { 0 };

	if (field->list)
		return read_list(value, field, ret_member) &&
		       field_text_valid(field->kind, ret_member);
	dbus_message_iter_get_basic(value, &basic);
	if (FIELD_IS_TEXT(field->kind))
		return pat_field_set(ret_member, field->size, basic.str) &&
		       field_text_valid(field->kind, basic.str);
	if (field->kind == FIELD_NUMBER)
		return field_set_number(field, basic.u64, ret_member);
	return field_set_number(
		field, field->kind == FIELD_BOOL ? basic.bool_val : basic.u32, ret_member);
}

/* The number of the field with that key, or table->n.  expected: where it is found soonest. */
static size_t find_field(const struct table *table, const char *key, size_t expected)
{
	for (size_t i = 0; i < table->n; i++) {
		const size_t at = (expected + i) % table->n;

		if (strcmp(table->fields[at].property, key) == 0)
			return at;
	}
	return table->n;
}

/* What has been read of a dictionary. */
struct reading {
	uint64_t seen; /* a bit for each field */
	size_t next; /* the field after the last one: patd writes most in the order of the table */
};

/* One {sv} of the dictionary. */
static bool read_entry(
	DBusMessageIter *entry, const struct table *table, void *record, struct reading *reading)
{
	const struct field *field;
	DBusMessageIter value;
	const char *key;
	uint64_t bit;
	size_t i;

	dbus_message_iter_get_basic(entry, &key);
	i = find_field(table, key, reading->next);
	if (i == table->n)
		return true;

	field = &table->fields[i];
	bit = UINT64_C(1) << i;
	dbus_message_iter_next(entry);
	dbus_message_iter_recurse(entry, &value);
	if ((reading->seen & bit) || !has_type(&value, field))
		return false;
	reading->seen |= bit;
	reading->next = i + 1;
	return read_value(&value, field, (char *)record + field->offset);
}

/* What a version of patd on another machine may not have yet, and is all zeros then. */
static uint64_t added_later(const struct table *table)
{
	uint64_t bits = 0;

	for (size_t i = 0; i < table->n; i++)
		bits |= (uint64_t)table->fields[i].added_later << i;
	return bits;
}

static bool read_dictionary(DBusMessageIter *iter, const struct table *table, void *ret)
{
	const uint64_t all = (UINT64_C(1) << table->n) - 1;
	struct reading reading = { 0 };
	DBusMessageIter entries, entry;

	memset(ret, 0, table->size);
	for (dbus_message_iter_recurse(iter, &entries);
		dbus_message_iter_get_arg_type(&entries) == DBUS_TYPE_DICT_ENTRY;
		dbus_message_iter_next(&entries)) {
		dbus_message_iter_recurse(&entries, &entry);
		if (!read_entry(&entry, table, ret, &reading))
			return false;
	}
	return (reading.seen | added_later(table)) == all;
}

bool records_read_bus(struct records *records, DBusMessageIter *iter)
{
	DBusMessageIter item;

	for (dbus_message_iter_recurse(iter, &item);
		dbus_message_iter_get_arg_type(&item) == DBUS_TYPE_ARRAY;
		dbus_message_iter_next(&item)) {
		if (!read_dictionary(&item, records->table, next_place(records)))
			return false;
		records->n++;
	}
	return true;
}

void records_clear(struct records *records)
{
	free(records->items);
	*records = (struct records) { .table = records->table };
}

/* Its row, after the row's length. */
void *record_keep(const struct table *table, const void *record)
{
	char *kept = must_alloc(malloc(sizeof(size_t) + row_size_max(table)));
	const size_t len = row_pack(table, record, kept + sizeof(len));

	memcpy(kept, &len, sizeof(len));
	return must_alloc(realloc(kept, sizeof(len) + len));
}

void record_kept(const struct table *table, const void *kept, void *ret)
{
	size_t len;

	memcpy(&len, kept, sizeof(len));
	(void)row_unpack(table, (const char *)kept + sizeof(len), len, ret);
}
