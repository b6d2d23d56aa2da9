/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The table of a token's properties, and arrays of tokens. */
#include "patctl/client/token_record.h"

#include <stdlib.h>
#include <string.h>

#include "patctl/base/text.h"

#define N(array) (sizeof(array) / sizeof((array)[0]))

static const struct field before_restrictions[] = {
	{ "Id", FIELD_ID, offsetof(struct row, id), "id" },
	{ "Name", FIELD_TEXT, offsetof(struct row, name), "name" },
	{ "Uid", FIELD_UINT32, offsetof(struct row, uid), "uid" },
	{ "User", FIELD_TEXT, offsetof(struct row, user), "user" },
	{ "State", FIELD_TEXT, offsetof(struct row, state), "state" },
	{ "CreatedAt", FIELD_NONZERO, offsetof(struct row, created_at), "created_at" },
	{ "CreatedBy", FIELD_UINT32, offsetof(struct row, created_by), "created_by" },
	{ "ExpiresAt", FIELD_NONZERO, offsetof(struct row, expires_at), "expires_at" },
};

static const struct field after_restrictions[] = {
	{ "Uses", FIELD_UINT64, offsetof(struct row, uses), "uses" },
	{ "RevokedAt", FIELD_NONZERO, offsetof(struct row, revoked_at), "revoked_at" },
	{ "RevokedUntil", FIELD_NONZERO, offsetof(struct row, revoked_until), "revoked_until" },
	{ "RevokedReason", FIELD_TEXT, offsetof(struct row, revoked_reason), "revoked_reason" },
	{ "Rotations", FIELD_UINT32, offsetof(struct row, rotations), "rotations" },
	{ "RotatedAt", FIELD_NONZERO, offsetof(struct row, rotated_at), "rotated_at" },
	{ "FormerUntil", FIELD_NONZERO, offsetof(struct row, former_until), "former_until" },
	{ "LastUsedAt", FIELD_NONZERO, offsetof(struct row, last_used_at), "last_used_at" },
	{ "LastUsedService", FIELD_TEXT, offsetof(struct row, last_used_service),
		"last_used_service" },
	{ "LastUsedFrom", FIELD_TEXT, offsetof(struct row, last_used_from), "last_used_from" },
};

static const enum field_type restriction_types[] = {
	[RESTRICTION_LIST] = FIELD_TEXTS,
	[RESTRICTION_TEXT] = FIELD_TEXT,
	[RESTRICTION_TIME] = FIELD_NONZERO,
	[RESTRICTION_COUNT] = FIELD_NONZERO,
};

const struct shape *row_shape(void)
{
	static struct field
		fields[N(before_restrictions) + PAT_RESTRICTIONS + N(after_restrictions)];
	static const struct shape shape = {
		.fields = fields,
		.n = N(fields),
		.size = sizeof(struct row),
	};
	struct field *next = fields;

	if (fields[0].key)
		return &shape;
	memcpy(next, before_restrictions, sizeof(before_restrictions));
	next += N(before_restrictions);
	for (size_t i = 0; i < PAT_RESTRICTIONS; i++)
		*next++ = (struct field) {
			.key = restrictions[i].property,
			.type = restriction_types[restrictions[i].kind],
			.offset = offsetof(struct row, restrictions) +
				  i * sizeof(union token_restriction),
			.json = restrictions[i].name,
		};
	memcpy(next, after_restrictions, sizeof(after_restrictions));
	return &shape;
}

bool row_read(DBusMessageIter *iter, struct row *ret)
{
	return record_read(iter, row_shape(), ret);
}

void row_clear(struct row *row)
{
	record_clear(row_shape(), row);
}

bool row_is_restricted(const struct row *row, enum pat_restriction restriction)
{
	const union token_restriction *value = &row->restrictions[restriction];

	switch (restrictions[restriction].kind) {
	case RESTRICTION_LIST:
		return *value->list != NULL;
	case RESTRICTION_TEXT:
		return *value->text != '\0';
	case RESTRICTION_TIME:
	case RESTRICTION_COUNT:
		return value->number != 0;
	}
	return false;
}

void rows_take(struct rows *rows, const struct row *row)
{
	/* The size doubles at each power of two, so that it follows from n. */
	if ((rows->n & (rows->n - 1)) == 0)
		rows->items = text_must(
			reallocarray(rows->items, rows->n ? 2 * rows->n : 1, sizeof(*rows->items)));
	rows->items[rows->n++] = *row;
}

void rows_clear(struct rows *rows)
{
	for (size_t i = 0; i < rows->n; i++)
		row_clear(&rows->items[i]);
	free(rows->items);
	*rows = (struct rows) { 0 };
}
