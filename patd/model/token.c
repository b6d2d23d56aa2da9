/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The columns of a token, and the words for its states. */
#include "patd/model/token.h"

static const struct field fields[] = {
	FIELD(token, "id", id, FIELD_ID, 0),
	FIELD(token, "user", user, FIELD_NAME, 0),
	FIELD(token, "uid", uid, FIELD_NUMBER32, UINT32_MAX),
	FIELD(token, "name", name, FIELD_NAME, 0),
	FIELD(token, "verifier", verifier, FIELD_BYTES, 0),
	FIELD(token, "created_at", created_at, FIELD_NUMBER, INT64_MAX),
	FIELD(token, "created_by", created_by, FIELD_NUMBER32, UINT32_MAX),
	FIELD(token, "expires_at", expires_at, FIELD_NUMBER, INT64_MAX),
	FIELD(token, "services", limits.services, FIELD_TEXT, 0),
	FIELD(token, "sources", limits.sources, FIELD_TEXT, 0),
	FIELD(token, "hours", limits.hours, FIELD_TEXT, 0),
	FIELD(token, "not_before", limits.not_before, FIELD_NUMBER, INT64_MAX),
	FIELD(token, "max_uses", limits.max_uses, FIELD_NUMBER, INT64_MAX),
	FIELD(token, "revoked_at", revoked_at, FIELD_NUMBER, INT64_MAX),
	FIELD(token, "revoked_until", revoked_until, FIELD_NUMBER, INT64_MAX),
	FIELD(token, "revoked_reason", revoked_reason, FIELD_TEXT, 0),
	FIELD(token, "restored_at", restored_at, FIELD_NUMBER, INT64_MAX),
	FIELD(token, "rotations", rotations, FIELD_NUMBER32, UINT32_MAX),
	FIELD(token, "rotated_at", rotated_at, FIELD_NUMBER, INT64_MAX),
	FIELD(token, "former_verifier", former_verifier, FIELD_BYTES, 0),
	FIELD(token, "former_until", former_until, FIELD_NUMBER, INT64_MAX),
	FIELD(token, "uses", uses, FIELD_NUMBER, INT64_MAX),
	FIELD(token, "last_used_at", last_used_at, FIELD_NUMBER, INT64_MAX),
	FIELD(token, "last_used_service", last_used_service, FIELD_TEXT, 0),
	FIELD(token, "last_used_from", last_used_from, FIELD_TEXT, 0),
	FIELD(token, "mac", mac, FIELD_MAC, 0),
	FIELD(token, "note", note, FIELD_TEXT, 0),
	FIELD(token, "confirm", limits.confirm, FIELD_BOOL, 1),
	FIELD(token, "until", limits.until, FIELD_TEXT, 0),
	FIELD(token, "until_id", limits.until_id, FIELD_TEXT, 0),
	FIELD(token, "issuer", issuer, FIELD_ANY_NAME, 0),
	FIELD(token, "number", number, FIELD_NUMBER, INT64_MAX),
	FIELD(token, "row_hash", row_hash, FIELD_BYTES, 0),
	FIELD(token, "held", held, FIELD_BOOL, 1),
	FIELD(token, "hosts", limits.hosts, FIELD_TEXT, 0),
};

const struct table token_table = TABLE(token, fields);

static const char *const texts[TOKEN_STATES] = {
	[TOKEN_ACTIVE] = "active",
	[TOKEN_REVOKED] = "revoked",
	[TOKEN_EXPIRED] = "expired",
	[TOKEN_ENDED] = "ended",
	[TOKEN_EXHAUSTED] = "exhausted",
	[TOKEN_DISABLED] = "disabled",
	[TOKEN_PENDING] = "pending",
	[TOKEN_STALE] = "stale",
	[TOKEN_UNKNOWN_ISSUER] = "unknown-issuer",
	[TOKEN_ALTERED] = "altered",
};

const char *token_state_text(enum token_state state)
{
	return texts[state];
}
