/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The tables of the rows that patd answers with. */
#include "protocol/rows.h"

#include <string.h>

#include "common/restriction.h"

#define TOKEN(member, kind, max, property) FIELD_SHOWN(token_row, NULL, member, kind, max, property)

static const struct field before_restrictions[] = {
	TOKEN(id, FIELD_ID, 0, "Id"),
	TOKEN(name, FIELD_ANY_NAME, 0, "Name"),
	TOKEN(uid, FIELD_NUMBER32, UINT32_MAX, "Uid"),
	TOKEN(user, FIELD_ANY_NAME, 0, "User"),
	TOKEN(state, FIELD_NAME, 0, "State"),
	TOKEN(created_at, FIELD_NUMBER, INT64_MAX, "CreatedAt"),
	TOKEN(expires_at, FIELD_NUMBER, INT64_MAX, "ExpiresAt"),
	TOKEN(created_by, FIELD_NUMBER32, UINT32_MAX, "CreatedBy"),
};

static const struct field after_restrictions[] = {
	TOKEN(uses, FIELD_NUMBER, INT64_MAX, "Uses"),
	TOKEN(revoked_at, FIELD_NUMBER, INT64_MAX, "RevokedAt"),
	TOKEN(revoked_until, FIELD_NUMBER, INT64_MAX, "RevokedUntil"),
	TOKEN(revoked_reason, FIELD_TEXT, 0, "RevokedReason"),
	TOKEN(rotations, FIELD_NUMBER32, UINT32_MAX, "Rotations"),
	TOKEN(rotated_at, FIELD_NUMBER, INT64_MAX, "RotatedAt"),
	TOKEN(former_until, FIELD_NUMBER, INT64_MAX, "FormerUntil"),
	TOKEN(last_used_at, FIELD_NUMBER, INT64_MAX, "LastUsedAt"),
	TOKEN(last_used_service, FIELD_TEXT, 0, "LastUsedService"),
	TOKEN(last_used_from, FIELD_TEXT, 0, "LastUsedFrom"),
};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define TOKEN_FIELDS (COUNT(before_restrictions) + PAT_RESTRICTIONS + COUNT(after_restrictions))

static struct field restriction_field(enum pat_restriction r)
{
	const bool number = RESTRICTION_IS_NUMBER(restrictions[r].kind);

	return (struct field) {
		.kind = number ? FIELD_NUMBER : FIELD_TEXT,
		.offset = offsetof(struct token_row, limits) + limit_places[r].offset,
		.size = limit_places[r].size,
		.max = number ? INT64_MAX : 0,
		.property = restrictions[r].property,
	};
}

const struct table *token_row_table(void)
{
	/* Filled by the first call, which is made before there are threads. */
	static struct field fields[TOKEN_FIELDS];
	static struct table table = { fields, TOKEN_FIELDS, sizeof(struct token_row) };
	struct field *to = fields;

	if (fields[0].property)
		return &table;
	memcpy(to, before_restrictions, sizeof(before_restrictions));
	to += COUNT(before_restrictions);
	for (enum pat_restriction r = 0; r < PAT_RESTRICTIONS; r++)
		*to++ = restriction_field(r);
	memcpy(to, after_restrictions, sizeof(after_restrictions));
	return &table;
}

#define ENTRY(member, kind, max, property) FIELD_SHOWN(entry_row, NULL, member, kind, max, property)

static const struct field entry_fields[] = {
	ENTRY(seq, FIELD_NUMBER, INT64_MAX, "Seq"),
	ENTRY(at, FIELD_NUMBER, INT64_MAX, "At"),
	ENTRY(event, FIELD_NAME, 0, "Event"),
	ENTRY(uid, FIELD_NUMBER32, UINT32_MAX, "Uid"),
	ENTRY(by_uid, FIELD_NUMBER32, UINT32_MAX, "ByUid"),
	ENTRY(how, FIELD_NAME, 0, "How"),
	ENTRY(result, FIELD_ANY_NAME, 0, "Result"),
	ENTRY(new_service, FIELD_BOOL, 1, "NewService"),
	ENTRY(new_network, FIELD_BOOL, 1, "NewNetwork"),
	ENTRY(unrecorded, FIELD_NUMBER, INT64_MAX, "Unrecorded"),
	ENTRY(id, FIELD_ANY_ID, 0, "Token"),
	ENTRY(user, FIELD_ANY_NAME, 0, "User"),
	ENTRY(name, FIELD_ANY_NAME, 0, "Name"),
	ENTRY(service, FIELD_ANY_NAME, 0, "Service"),
	ENTRY(rhost, FIELD_ANY_NAME, 0, "From"),
	ENTRY(tty, FIELD_ANY_NAME, 0, "Tty"),
	ENTRY(detail, FIELD_ANY_NAME, 0, "Detail"),
};

const struct table entry_row_table = TABLE(entry_row, entry_fields);

static const struct field disabled_fields[] = {
	FIELD_SHOWN(disabled_row, NULL, user, FIELD_ANY_NAME, 0, "User"),
	FIELD_SHOWN(disabled_row, NULL, at, FIELD_NUMBER, INT64_MAX, "At"),
	FIELD_SHOWN(disabled_row, NULL, reason, FIELD_TEXT, 0, "Reason"),
	FIELD_SHOWN(disabled_row, NULL, by_uid, FIELD_NUMBER32, UINT32_MAX, "ByUid"),
};

const struct table disabled_row_table = TABLE(disabled_row, disabled_fields);

static const struct field source_fields[] = {
	FIELD_SHOWN(source_row, NULL, from, FIELD_NAME, 0, "From"),
	FIELD_SHOWN(source_row, NULL, service, FIELD_ANY_NAME, 0, "Service"),
	FIELD_SHOWN(source_row, NULL, at, FIELD_NUMBER, INT64_MAX, "At"),
};

const struct table source_row_table = TABLE(source_row, source_fields);

static const struct field setting_fields[] = {
	FIELD_SHOWN(setting_row, NULL, key, FIELD_TEXT, 0, "Key"),
	FIELD_SHOWN(setting_row, NULL, value, FIELD_TEXT, 0, "Value"),
	FIELD_SHOWN(setting_row, NULL, source, FIELD_TEXT, 0, "Source"),
};

const struct table setting_row_table = TABLE(setting_row, setting_fields);
