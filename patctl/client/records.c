/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Reading records, and freeing them. */
#include "patctl/client/records.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "common/cleanup.h"
#include "common/token_format.h"
#include "patctl/base/text.h"

static const char *const signatures[] = {
	[RECORD_TEXT] = DBUS_TYPE_STRING_AS_STRING,
	[RECORD_TEXTS] = DBUS_TYPE_ARRAY_AS_STRING DBUS_TYPE_STRING_AS_STRING,
	[RECORD_ID] = DBUS_TYPE_STRING_AS_STRING,
	[RECORD_UINT32] = DBUS_TYPE_UINT32_AS_STRING,
	[RECORD_UINT64] = DBUS_TYPE_UINT64_AS_STRING,
	[RECORD_NONZERO] = DBUS_TYPE_UINT64_AS_STRING,
	[RECORD_BOOL] = DBUS_TYPE_BOOLEAN_AS_STRING,
};

static bool has_signature(DBusMessageIter *value, const char *signature)
{
	char *got = must_alloc(dbus_message_iter_get_signature(value));
	bool same = strcmp(got, signature) == 0;

	dbus_free(got);
	return same;
}

static char **read_texts(DBusMessageIter *value)
{
	size_t n = (size_t)dbus_message_iter_get_element_count(value), i = 0;
	char **texts = must_alloc(calloc(n + 1, sizeof(*texts)));
	DBusMessageIter items;

	for (dbus_message_iter_recurse(value, &items); i < n; dbus_message_iter_next(&items)) {
		const char *text;

		dbus_message_iter_get_basic(&items, &text);
		texts[i++] = must_alloc(strdup(text));
	}
	return texts;
}

/* value: of the field's signature. */
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

/* One {sv} of the dictionary.  seen: a bit for each field. */
static bool read_entry(
	DBusMessageIter *entry, const struct record_type *type, void *record, uint64_t *seen)
{
	DBusMessageIter value;
	const char *key;

	dbus_message_iter_get_basic(entry, &key);
	dbus_message_iter_next(entry);
	dbus_message_iter_recurse(entry, &value);

	for (size_t i = 0; i < type->n; i++) {
		const struct record_field *field = &type->fields[i];

		if (strcmp(field->key, key) != 0)
			continue;
		if ((*seen & UINT64_C(1) << i) || !has_signature(&value, signatures[field->type]))
			return false;
		*seen |= UINT64_C(1) << i;
		return read_value(&value, field->type, (char *)record + field->offset);
	}
	return true;
}

static bool read_entries(DBusMessageIter *iter, const struct record_type *type, void *record)
{
	const uint64_t all = (UINT64_C(1) << type->n) - 1;
	DBusMessageIter entries, entry;
	uint64_t seen = 0;

	for (dbus_message_iter_recurse(iter, &entries);
		dbus_message_iter_get_arg_type(&entries) == DBUS_TYPE_DICT_ENTRY;
		dbus_message_iter_next(&entries)) {
		dbus_message_iter_recurse(&entries, &entry);
		if (!read_entry(&entry, type, record, &seen))
			return false;
	}
	return seen == all;
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
