/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a login leaves behind: the tables of its records, and applying a use. */
#include "patd/usage/use.h"

#include <string.h>

/* The order of the fields is part of the format of the usage log. */
static const struct field use_fields[] = {
	FIELD(use, NULL, id, FIELD_ID, 0),
	FIELD(use, NULL, rotations, FIELD_NUMBER32, UINT32_MAX),
	FIELD(use, NULL, uses, FIELD_NUMBER, INT64_MAX),
	FIELD(use, NULL, last_used_at, FIELD_NUMBER, INT64_MAX),
	FIELD(use, NULL, former_until, FIELD_NUMBER, INT64_MAX),
	FIELD(use, NULL, service, FIELD_TEXT, 0),
	FIELD(use, NULL, from, FIELD_TEXT, 0),
};

static const struct table use_table = TABLE(use, use_fields);

static const struct field seen_fields[] = {
	FIELD(seen, NULL, id, FIELD_ID, 0),
	FIELD(seen, NULL, service, FIELD_TEXT, 0),
	FIELD(seen, NULL, network, FIELD_TEXT, 0),
};

static const struct table seen_table = TABLE(seen, seen_fields);

static const struct field time_fields[] = {
	FIELD(usage_time, NULL, now, FIELD_NUMBER, INT64_MAX),
};

static const struct table time_table = TABLE(usage_time, time_fields);

const struct table *usage_table(unsigned int kind)
{
	static const struct table *const tables[USAGE_KINDS] = {
		[USAGE_USE] = &use_table,
		[USAGE_ENTRY] = &entry_table,
		[USAGE_SEEN] = &seen_table,
		[USAGE_TIME] = &time_table,
	};

	return kind < USAGE_KINDS ? tables[kind] : NULL;
}

void use_of(const struct token *token, struct use *ret_use)
{
	ret_use->id = token->id;
	ret_use->rotations = token->rotations;
	ret_use->uses = token->uses;
	ret_use->last_used_at = token->last_used_at;
	ret_use->former_until = token->former_until;
	memcpy(ret_use->service, token->last_used_service, sizeof(ret_use->service));
	memcpy(ret_use->from, token->last_used_from, sizeof(ret_use->from));
}

bool use_writable(const struct use *use)
{
	for (size_t i = 0; i < use_table.n; i++) {
		const struct field *field = &use_fields[i];

		if (FIELD_IS_TEXT(field->kind) &&
			!field_text_valid(field->kind, (const char *)use + field->offset))
			return false;
	}
	return true;
}

bool use_apply(const struct use *use, struct token *token)
{
	if (use->uses <= token->uses)
		return false;
	token->uses = use->uses;
	token->last_used_at = use->last_used_at;
	if (use->rotations == token->rotations)
		token->former_until = use->former_until;
	memcpy(token->last_used_service, use->service, sizeof(token->last_used_service));
	memcpy(token->last_used_from, use->from, sizeof(token->last_used_from));
	return true;
}
