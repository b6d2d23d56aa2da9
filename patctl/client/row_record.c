/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Reading rows into records. */
#include "patctl/client/row_record.h"

#include <stdlib.h>
#include <string.h>

#include "common/cleanup.h"
#include "common/pack.h"
#include "patctl/base/text.h"
#include "protocol/request.h"
#include "protocol/rows.h"

/* Of the rows that answer a request of that kind; NULL: it has none. */
static const struct table *table_of(uint32_t request_kind)
{
	switch (request_kind) {
	case REQUEST_LIST:
		return token_row_table();
	case REQUEST_HISTORY:
		return &entry_row_table;
	case REQUEST_LIST_DISABLED:
		return &disabled_row_table;
	case REQUEST_SOURCES:
		return &source_row_table;
	case REQUEST_POLICY:
		return &setting_row_table;
	default:
		return NULL;
	}
}

static bool fits(enum record_field_type type, enum field_kind kind)
{
	switch (type) {
	case RECORD_TEXT:
	case RECORD_TEXTS:
		return FIELD_IS_TEXT(kind);
	case RECORD_ID:
		return kind == FIELD_ID;
	case RECORD_UINT32:
		return kind == FIELD_NUMBER32;
	case RECORD_UINT64:
	case RECORD_NONZERO:
		return kind == FIELD_NUMBER;
	case RECORD_BOOL:
		return kind == FIELD_BOOL;
	}
	return false;
}

/* The members of a row that the fields of a record are read from. */
struct match {
	const struct field *members[RECORD_FIELDS_MAX];
};

static bool find_members(
	const struct record_type *type, const struct table *table, struct match *ret)
{
	for (size_t i = 0; i < type->n; i++) {
		const struct field *found = NULL;

		for (size_t j = 0; j < table->n && !found; j++)
			if (strcmp(table->fields[j].property, type->fields[i].key) == 0)
				found = &table->fields[j];
		if (!found || !fits(type->fields[i].type, found->kind))
			return false;
		ret->members[i] = found;
	}
	return true;
}

/* The items between commas; of an empty text none. */
static char **split(const char *text)
{
	char **items = must_alloc(calloc(1, sizeof(*items)));
	size_t n = 0;

	for (const char *end; *text != '\0'; text = *end ? end + 1 : end) {
		cleanup_text char *item = NULL;

		end = strchrnul(text, ',');
		item = text_format("%.*s", (int)(end - text), text);
		names_add(&items, &n, item);
	}
	return items;
}

static void copy_value(
	enum record_field_type type, const struct field *field, const void *row, void *to)
{
	const char *from = (const char *)row + field->offset;

	switch (type) {
	case RECORD_TEXT:
		*(char **)to = must_alloc(strdup(from));
		break;
	case RECORD_TEXTS:
		*(char ***)to = split(from);
		break;
	case RECORD_ID:
		memcpy(to, from, sizeof(struct pat_id));
		break;
	case RECORD_UINT32:
		*(uint32_t *)to = (uint32_t)field_number(field, from);
		break;
	case RECORD_UINT64:
	case RECORD_NONZERO:
		*(uint64_t *)to = field_number(field, from);
		break;
	case RECORD_BOOL:
		*(bool *)to = field_number(field, from) != 0;
		break;
	}
}

bool rows_read(
	uint32_t request_kind, const void *bytes, size_t len, uint32_t n, struct records *records)
{
	const struct record_type *type = records->type;
	const struct table *table = table_of(request_kind);
	cleanup_free void *row = NULL;
	struct match match;

	/* A row has a byte at least, so that n is not more than the bytes. */
	if (!table || !find_members(type, table, &match) || n > len)
		return false;
	row = must_alloc(malloc(table->size));
	records->items = must_alloc(reallocarray(records->items, records->n + n + 1, type->size));
	for (const uint8_t *at = bytes; n > 0; n--) {
		const size_t taken = row_unpack(table, at, len, row);
		char *record = (char *)records->items + records->n * type->size;

		if (taken == 0)
			return false;
		at += taken;
		len -= taken;
		for (size_t i = 0; i < type->n; i++)
			copy_value(type->fields[i].type, match.members[i], row,
				record + type->fields[i].offset);
		records->n++;
	}
	return len == 0;
}
