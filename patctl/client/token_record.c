#include "patctl/client/token_record.h"

#include <stdlib.h>

#include "patctl/base/text.h"
#include "patctl/client/records.h"

static const struct field fields[] = {
	{ "Id", FIELD_ID, offsetof(struct row, id) },
	{ "Name", FIELD_TEXT, offsetof(struct row, name) },
	{ "Uid", FIELD_UINT32, offsetof(struct row, uid) },
	{ "User", FIELD_TEXT, offsetof(struct row, user) },
	{ "State", FIELD_TEXT, offsetof(struct row, state) },
	{ "CreatedAt", FIELD_UINT64, offsetof(struct row, created_at) },
	{ "ExpiresAt", FIELD_UINT64, offsetof(struct row, expires_at) },
	{ "CreatedBy", FIELD_UINT32, offsetof(struct row, created_by) },
	{ "Services", FIELD_TEXTS, offsetof(struct row, services) },
	{ "Sources", FIELD_TEXTS, offsetof(struct row, sources) },
	{ "Hours", FIELD_TEXT, offsetof(struct row, hours) },
	{ "NotBefore", FIELD_UINT64, offsetof(struct row, not_before) },
	{ "MaxUses", FIELD_UINT64, offsetof(struct row, max_uses) },
	{ "Uses", FIELD_UINT64, offsetof(struct row, uses) },
	{ "RevokedAt", FIELD_UINT64, offsetof(struct row, revoked_at) },
	{ "RevokedUntil", FIELD_UINT64, offsetof(struct row, revoked_until) },
	{ "RevokedReason", FIELD_TEXT, offsetof(struct row, revoked_reason) },
	{ "Rotations", FIELD_UINT32, offsetof(struct row, rotations) },
	{ "RotatedAt", FIELD_UINT64, offsetof(struct row, rotated_at) },
	{ "FormerUntil", FIELD_UINT64, offsetof(struct row, former_until) },
	{ "LastUsedAt", FIELD_UINT64, offsetof(struct row, last_used_at) },
	{ "LastUsedService", FIELD_TEXT, offsetof(struct row, last_used_service) },
	{ "LastUsedFrom", FIELD_TEXT, offsetof(struct row, last_used_from) },
};

static const struct shape shape = {
	.fields = fields,
	.n = sizeof(fields) / sizeof(fields[0]),
	.size = sizeof(struct row),
};

bool row_read(DBusMessageIter *iter, struct row *ret)
{
	return record_read(iter, &shape, ret);
}

void row_clear(struct row *row)
{
	record_clear(&shape, row);
}

void rows_take(struct rows *rows, const struct row *row)
{
	/* Doubles at each power of two, so that n alone tells how much is allocated. */
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
