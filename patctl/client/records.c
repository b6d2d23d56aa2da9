/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Reading records, and freeing them. */
#include "patctl/client/records.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "common/cleanup.h"
#include "common/token_format.h"
#include "patctl/base/text.h"

/* Whether the value in a variant, which is of one complete type, is of the field's. */
static bool has_type(DBusMessageIter *value, enum record_field_type type)
{
	static const int types[] = {
		[RECORD_TEXT] = DBUS_TYPE_STRING,
		[RECORD_TEXTS] = DBUS_TYPE_ARRAY,
		[RECORD_ID] = DBUS_TYPE_STRING,
		[RECORD_UINT32] = DBUS_TYPE_UINT32,
		[RECORD_UINT64] = DBUS_TYPE_UINT64,
		[RECORD_NONZERO] = DBUS_TYPE_UINT64,
		[RECORD_BOOL] = DBUS_TYPE_BOOLEAN,
	};

	return dbus_message_iter_get_arg_type(value) == types[type] &&
	       (type != RECORD_TEXTS ||
		       dbus_message_iter_get_element_type(value) == DBUS_TYPE_STRING);
}

static char **read_texts(DBusMessageIter *value)
{
	DBusMessageIter items;
	char **texts;
	size_t n, i = 0;

	dbus_message_iter_recurse(value, &items);
	/* To count takes longer than to see that there is none, as in most records. */
	n = dbus_message_iter_get_arg_type(&items) == DBUS_TYPE_INVALID
		    ? 0
		    : (size_t)dbus_message_iter_get_element_count(value);
	texts = must_alloc(calloc(n + 1, sizeof(*texts)));
	for (; i < n; dbus_message_iter_next(&items)) {
		const char *text;

		dbus_message_iter_get_basic(&items, &text);
		texts[i++] = must_alloc(strdup(text));
	}
	return texts;
}

/* value: of the field's type. */
static bool read_value(DBusMessageIter *value, enum record_field_type type, void *member)
{
	DBusBasicValue basic;

	if (type != RECORD_TEXTS)
		dbus_message_iter_get_basic(value, &basic);
	switch (type) {
	case RECORD_TEXT:
		*(char **)member = must_alloc(strdup(basic.str));
		return true;
	case RECORD_TEXTS:
		*(char ***)member = read_texts(value);
		return true;
	case RECORD_ID:
		if (!pat_id_valid(basic.str))
			return false;
		memcpy(member, basic.str, sizeof(struct pat_id));
		return true;
	case RECORD_UINT32:
		*(uint32_t *)member = basic.u32;
		return true;
	case RECORD_UINT64:
	case RECORD_NONZERO:
		*(uint64_t *)member = basic.u64;
		return true;
	case RECORD_BOOL:
		*(bool *)member = basic.bool_val;
		return true;
	}
	return false;
}

/* The number of the field with that key, or type->n.  expected: where it is found soonest. */
static size_t find_field(const struct record_type *type, const char *key, size_t expected)
{
	for (size_t i = expected; i < type->n; i++)
		if (strcmp(type->fields[i].key, key) == 0)
			return i;
	for (size_t i = 0; i < expected; i++)
		if (strcmp(type->fields[i].key, key) == 0)
			return i;
	return type->n;
}

/* What has been read of a dictionary. */
struct progress {
	uint64_t seen; /* a bit for each field */
	size_t next; /* the field after the last one: patd writes most in the order of the table */
};

/* One {sv} of the dictionary. */
static bool read_entry(DBusMessageIter *entry, const struct record_type *type, void *record,
	struct progress *progress)
{
	const struct record_field *field;
	DBusMessageIter value;
	const char *key;
	uint64_t bit;
	size_t i;

	dbus_message_iter_get_basic(entry, &key);
	i = find_field(type, key, progress->next);
	if (i == type->n)
		return true;

	field = &type->fields[i];
	bit = UINT64_C(1) << i;
	dbus_message_iter_next(entry);
	dbus_message_iter_recurse(entry, &value);
	if ((progress->seen & bit) || !has_type(&value, field->type))
		return false;
	progress->seen |= bit;
	progress->next = i + 1;
	return read_value(&value, field->type, (char *)record + field->offset);
}

static bool read_entries(DBusMessageIter *iter, const struct record_type *type, void *record)
{
	const uint64_t all = (UINT64_C(1) << type->n) - 1;
	struct progress progress = { 0 };
	DBusMessageIter entries, entry;

	dbus_message_iter_recurse(iter, &entries);
	if (dbus_message_iter_get_arg_type(&entries) != DBUS_TYPE_DICT_ENTRY)
		return false;
	do {
		dbus_message_iter_recurse(&entries, &entry);
		if (!read_entry(&entry, type, record, &progress))
			return false;
	} while (dbus_message_iter_next(&entries));
	return progress.seen == all;
}

bool record_read(DBusMessageIter *iter, const struct record_type *type, void *ret)
{
	cleanup_free void *record = must_alloc(calloc(1, type->size));

	if (!read_entries(iter, type, record)) {
		record_clear(type, record);
		return false;
	}
	memcpy(ret, record, type->size);
	return true;
}

void record_clear(const struct record_type *type, void *record)
{
	for (size_t i = 0; i < type->n; i++) {
		const struct record_field *field = &type->fields[i];
		void *member = (char *)record + field->offset;

		if (field->type == RECORD_TEXT)
			free(*(char **)member);
		else if (field->type == RECORD_TEXTS)
			names_free(member);
	}
	memset(record, 0, type->size);
}

bool records_read(DBusMessageIter *iter, struct records *records)
{
	const struct record_type *type = records->type;
	const size_t more = (size_t)dbus_message_iter_get_element_count(iter);
	DBusMessageIter item;

	if (more == 0)
		return true;
	records->items = must_alloc(reallocarray(records->items, records->n + more, type->size));
	dbus_message_iter_recurse(iter, &item);
	for (size_t i = 0; i < more; i++, dbus_message_iter_next(&item)) {
		if (!record_read(&item, type, (char *)records->items + records->n * type->size))
			return false;
		records->n++;
	}
	return true;
}

void records_clear(struct records *records)
{
	for (size_t i = 0; i < records->n; i++)
		record_clear(records->type, (char *)records->items + i * records->type->size);
	free(records->items);
	records->items = NULL;
	records->n = 0;
}
