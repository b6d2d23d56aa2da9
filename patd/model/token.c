/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The columns of a token, and the words for its states. */
#include "patd/model/token.h"

#define TEXT(column_, member)                                                                      \
	{                                                                                          \
		.column = (column_), FIELD(token, member, FIELD_TEXT, 0)                           \
	}
#define NUMBER(column_, member)                                                                    \
	{                                                                                          \
		.column = (column_), FIELD(token, member, FIELD_NUMBER, INT64_MAX)                 \
	}
#define NUMBER32(column_, member)                                                                  \
	{                                                                                          \
		.column = (column_), FIELD(token, member, FIELD_NUMBER32, UINT32_MAX)              \
	}

static const struct field fields[] = {
	{ .column = "id", FIELD(token, id, FIELD_ID, 0) },
	{ .column = "user", FIELD(token, user, FIELD_NAME, 0) },
	NUMBER32("uid", uid),
	{ .column = "name", FIELD(token, name, FIELD_NAME, 0) },
	{ .column = "verifier", FIELD(token, verifier, FIELD_BYTES, 0) },
	NUMBER("created_at", created_at),
	NUMBER32("created_by", created_by),
	NUMBER("expires_at", expires_at),
	TEXT("services", limits.services),
	TEXT("sources", limits.sources),
	TEXT("hours", limits.hours),
	NUMBER("not_before", limits.not_before),
	NUMBER("max_uses", limits.max_uses),
	NUMBER("revoked_at", revoked_at),
	NUMBER("revoked_until", revoked_until),
	TEXT("revoked_reason", revoked_reason),
	NUMBER("restored_at", restored_at),
	NUMBER32("rotations", rotations),
	NUMBER("rotated_at", rotated_at),
	{ .column = "former_verifier", FIELD(token, former_verifier, FIELD_BYTES, 0) },
	NUMBER("former_until", former_until),
	NUMBER("uses", uses),
	NUMBER("last_used_at", last_used_at),
	TEXT("last_used_service", last_used_service),
	TEXT("last_used_from", last_used_from),
	{ .column = "mac", FIELD(token, mac, FIELD_MAC, 0) },
};

const struct table token_table = { fields, sizeof(fields) / sizeof(fields[0]),
	sizeof(struct token) };

static const char *const texts[TOKEN_STATES] = {
	[TOKEN_ACTIVE] = "active",
	[TOKEN_REVOKED] = "revoked",
	[TOKEN_EXPIRED] = "expired",
	[TOKEN_EXHAUSTED] = "exhausted",
	[TOKEN_DISABLED] = "disabled",
	[TOKEN_PENDING] = "pending",
	[TOKEN_ALTERED] = "altered",
};

const char *token_state_text(enum token_state state)
{
	return texts[state];
}
