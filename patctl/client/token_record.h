/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A token as patd describes it: the properties of org.patd.Tokens1.Token. */
#ifndef PATCTL_CLIENT_TOKEN_RECORD_H
#define PATCTL_CLIENT_TOKEN_RECORD_H

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
struct row {
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

struct rows {
	struct row *items; /* owned */
	size_t n;
};

/* The fields of struct row, in the order in which JSON has them.  Static. */
const struct shape *row_shape(void);

/* See record_read() in patctl/client/records.h. */
bool row_read(DBusMessageIter *iter, struct row *ret);

/* Frees what row holds, not row. */
void row_clear(struct row *row);
#define cleanup_row __attribute__((cleanup(row_clear)))

bool row_is_restricted(const struct row *row, enum pat_restriction restriction);

/* Appends row, and takes its strings over. */
void rows_take(struct rows *rows, const struct row *row);

void rows_clear(struct rows *rows);
#define cleanup_rows __attribute__((cleanup(rows_clear)))

#endif
