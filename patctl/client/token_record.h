/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A token as patd describes it: the properties of org.patd.Tokens1.Token. */
#pragma once

#include <dbus/dbus.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/restriction.h"
#include "common/token_format.h"
#include "patctl/client/records.h"

/* The kind of the restriction decides which member it is. */
union token_restriction {
	char **list; /* NULL at the end */
	char *text;
	uint64_t number;
};

/* Strings are owned, and UTF-8; times, and the meaning of 0 and "", are those of the contract. */
struct token {
	struct pat_id id;
	char *name, *user;
	char *state; /* "active", "revoked", …, or one yet to come */
	uint32_t uid, created_by;
	uint64_t created_at, expires_at;

	union token_restriction restrictions[PAT_RESTRICTIONS];
	uint64_t uses;

	uint64_t revoked_at, revoked_until;
	char *revoked_reason;

	uint32_t rotations;
	uint64_t rotated_at, former_until;

	uint64_t last_used_at;
	char *last_used_service, *last_used_from;
};

struct tokens {
	struct token *items; /* owned */
	size_t n;
};

/* The fields of struct token, in the order in which JSON has them.  Static. */
const struct record_type *token_record_type(void);

/* See record_read() in patctl/client/records.h. */
bool token_read(DBusMessageIter *iter, struct token *ret);

/* Frees what token holds, not token. */
void token_clear(struct token *token);
#define cleanup_token __attribute__((cleanup(token_clear)))

/* Appends token, and takes its strings over. */
void tokens_append(struct tokens *tokens, const struct token *token);

void tokens_clear(struct tokens *tokens);
#define cleanup_tokens __attribute__((cleanup(tokens_clear)))
