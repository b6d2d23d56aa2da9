/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The table of a token's properties, and arrays of tokens. */
#include "patctl/client/token_record.h"

#include <stdlib.h>
#include <string.h>

#include "patctl/base/text.h"

#define N(array) (sizeof(array) / sizeof((array)[0]))

static const struct field before_restrictions[] = {
	{ "Id", FIELD_ID, offsetof(struct token, id), "id" },
	{ "Name", FIELD_TEXT, offsetof(struct token, name), "name" },
	{ "Uid", FIELD_UINT32, offsetof(struct token, uid), "uid" },
	{ "User", FIELD_TEXT, offsetof(struct token, user), "user" },
	{ "State", FIELD_TEXT, offsetof(struct token, state), "state" },
	{ "CreatedAt", FIELD_NONZERO, offsetof(struct token, created_at), "created_at" },
	{ "CreatedBy", FIELD_UINT32, offsetof(struct token, created_by), "created_by" },
	{ "ExpiresAt", FIELD_NONZERO, offsetof(struct token, expires_at), "expires_at" },
};

static const struct field after_restrictions[] = {
	{ "Uses", FIELD_UINT64, offsetof(struct token, uses), "uses" },
	{ "RevokedAt", FIELD_NONZERO, offsetof(struct token, revoked_at), "revoked_at" },
	{ "RevokedUntil", FIELD_NONZERO, offsetof(struct token, revoked_until), "revoked_until" },
	{ "RevokedReason", FIELD_TEXT, offsetof(struct token, revoked_reason), "revoked_reason" },
	{ "Rotations", FIELD_UINT32, offsetof(struct token, rotations), "rotations" },
	{ "RotatedAt", FIELD_NONZERO, offsetof(struct token, rotated_at), "rotated_at" },
	{ "FormerUntil", FIELD_NONZERO, offsetof(struct token, former_until), "former_until" },
	{ "LastUsedAt", FIELD_NONZERO, offsetof(struct token, last_used_at), "last_used_at" },
	{ "LastUsedService", FIELD_TEXT, offsetof(struct token, last_used_service),
		"last_used_service" },
	{ "LastUsedFrom", FIELD_TEXT, offsetof(struct token, last_used_from), "last_used_from" },
};

static const enum field_type restriction_types[] = {
	[RESTRICTION_LIST] = FIELD_TEXTS,
	[RESTRICTION_TEXT] = FIELD_TEXT,
	[RESTRICTION_TIME] = FIELD_NONZERO,
	[RESTRICTION_COUNT] = FIELD_NONZERO,
};

const struct record_type *token_record_type(void)
{
	static struct field
		fields[N(before_restrictions) + PAT_RESTRICTIONS + N(after_restrictions)];
	static const struct record_type type = {
		.fields = fields,
		.n = N(fields),
		.size = sizeof(struct token),
	};
	struct field *next = fields;

	if (fields[0].key)
		return &type;
	memcpy(next, before_restrictions, sizeof(before_restrictions));
	next += N(before_restrictions);
	for (size_t i = 0; i < PAT_RESTRICTIONS; i++)
		*next++ = (struct field) {
			.key = restrictions[i].property,
			.type = restriction_types[restrictions[i].kind],
			.offset = offsetof(struct token, restrictions) +
				  i * sizeof(union token_restriction),
			.json = restrictions[i].name,
		};
	memcpy(next, after_restrictions, sizeof(after_restrictions));
	return &type;
}

bool token_read(DBusMessageIter *iter, struct token *ret)
{
	return record_read(iter, token_record_type(), ret);
}

void token_clear(struct token *token)
{
	record_clear(token_record_type(), token);
}

void tokens_append(struct tokens *tokens, const struct token *token)
{
	/* The size doubles at each power of two, so that it follows from n. */
	if ((tokens->n & (tokens->n - 1)) == 0)
		tokens->items = must_alloc(reallocarray(
			tokens->items, tokens->n ? 2 * tokens->n : 1, sizeof(*tokens->items)));
	tokens->items[tokens->n++] = *token;
}

void tokens_clear(struct tokens *tokens)
{
	for (size_t i = 0; i < tokens->n; i++)
		token_clear(&tokens->items[i]);
	free(tokens->items);
	*tokens = (struct tokens) { 0 };
}
