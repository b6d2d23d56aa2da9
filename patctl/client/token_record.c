/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The table of a token's properties, and arrays of tokens. */
#include "patctl/client/token_record.h"

#include <stdlib.h>
#include <string.h>

#include "patctl/base/text.h"

#define N(array) (sizeof(array) / sizeof((array)[0]))

static const struct record_field before_restrictions[] = {
	{ "Id", RECORD_ID, offsetof(struct token, id), "id" },
	{ "Name", RECORD_TEXT, offsetof(struct token, name), "name" },
	{ "Uid", RECORD_UINT32, offsetof(struct token, uid), "uid" },
	{ "User", RECORD_TEXT, offsetof(struct token, user), "user" },
	{ "State", RECORD_TEXT, offsetof(struct token, state), "state" },
	{ "CreatedAt", RECORD_NONZERO, offsetof(struct token, created_at), "created_at" },
	{ "CreatedBy", RECORD_UINT32, offsetof(struct token, created_by), "created_by" },
	{ "ExpiresAt", RECORD_NONZERO, offsetof(struct token, expires_at), "expires_at" },
};

static const struct record_field after_restrictions[] = {
	{ "Uses", RECORD_UINT64, offsetof(struct token, uses), "uses" },
	{ "RevokedAt", RECORD_NONZERO, offsetof(struct token, revoked_at), "revoked_at" },
	{ "RevokedUntil", RECORD_NONZERO, offsetof(struct token, revoked_until), "revoked_until" },
	{ "RevokedReason", RECORD_TEXT, offsetof(struct token, revoked_reason), "revoked_reason" },
	{ "Rotations", RECORD_UINT32, offsetof(struct token, rotations), "rotations" },
	{ "RotatedAt", RECORD_NONZERO, offsetof(struct token, rotated_at), "rotated_at" },
	{ "FormerUntil", RECORD_NONZERO, offsetof(struct token, former_until), "former_until" },
	{ "LastUsedAt", RECORD_NONZERO, offsetof(struct token, last_used_at), "last_used_at" },
	{ "LastUsedService", RECORD_TEXT, offsetof(struct token, last_used_service),
		"last_used_service" },
	{ "LastUsedFrom", RECORD_TEXT, offsetof(struct token, last_used_from), "last_used_from" },
};

static const enum record_field_type restriction_types[] = {
	[RESTRICTION_LIST] = RECORD_TEXTS,
	[RESTRICTION_TEXT] = RECORD_TEXT,
	[RESTRICTION_TIME] = RECORD_NONZERO,
	[RESTRICTION_COUNT] = RECORD_NONZERO,
};

const struct record_type *token_record_type(void)
{
	static struct record_field
		fields[N(before_restrictions) + PAT_RESTRICTIONS + N(after_restrictions)];
	static const struct record_type type = {
		.fields = fields,
		.n = N(fields),
		.size = sizeof(struct token),
	};
	struct record_field *next = fields;

	if (fields[0].key)
		return &type;
	memcpy(next, before_restrictions, sizeof(before_restrictions));
	next += N(before_restrictions);
	for (size_t i = 0; i < PAT_RESTRICTIONS; i++)
		*next++ = (struct record_field) {
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
