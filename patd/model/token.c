#include "patd/model/token.h"

#define FIELD(column, kind, member)                                                                \
	{                                                                                          \
		column, kind, offsetof(struct token, member), sizeof(((struct token *)0)->member)  \
	}

/* The order is part of the database's format: the MAC is over them in this order. */
const struct token_field token_fields[TOKEN_FIELDS] = {
	FIELD("id", FIELD_NAME, id.text),
	FIELD("user", FIELD_NAME, user),
	FIELD("uid", FIELD_NUMBER32, uid),
	FIELD("name", FIELD_NAME, name),
	FIELD("verifier", FIELD_BYTES, verifier),
	FIELD("created_at", FIELD_NUMBER, created_at),
	FIELD("created_by", FIELD_NUMBER32, created_by),
	FIELD("expires_at", FIELD_NUMBER, expires_at),
	FIELD("services", FIELD_TEXT, limits.services),
	FIELD("sources", FIELD_TEXT, limits.sources),
	FIELD("hours", FIELD_TEXT, limits.hours),
	FIELD("not_before", FIELD_NUMBER, limits.not_before),
	FIELD("max_uses", FIELD_NUMBER, limits.max_uses),
	FIELD("revoked_at", FIELD_NUMBER, revoked_at),
	FIELD("revoked_until", FIELD_NUMBER, revoked_until),
	FIELD("revoked_reason", FIELD_TEXT, revoked_reason),
	FIELD("restored_at", FIELD_NUMBER, restored_at),
	FIELD("rotations", FIELD_NUMBER32, rotations),
	FIELD("rotated_at", FIELD_NUMBER, rotated_at),
	FIELD("former_verifier", FIELD_BYTES, former_verifier),
	FIELD("former_until", FIELD_NUMBER, former_until),
	FIELD("uses", FIELD_NUMBER, uses),
	FIELD("last_used_at", FIELD_NUMBER, last_used_at),
	FIELD("last_used_service", FIELD_TEXT, last_used_service),
	FIELD("last_used_from", FIELD_TEXT, last_used_from),
	FIELD("mac", FIELD_BYTES, mac),
};

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
