/* A token as patd describes it: the properties of org.patd.Tokens1.Token. */
#ifndef PATCTL_ROW_H
#define PATCTL_ROW_H

#include <dbus/dbus.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/token.h"

struct row {
	struct pat_id id;
	/* Owned, UTF-8.  state: "active", "revoked", "expired", "altered", or one yet to come. */
	char *name, *user, *state;
	char *last_used_service; /* owned; empty: not used */
	uint32_t uid;
	uint64_t created_at, expires_at, revoked_at, last_used_at; /* as the contract has them */
};

struct rows {
	struct row *items; /* owned */
	size_t n;
};

/*
 * Reads the a{sv} that iter stands on; that it is one the caller has made sure of.  Keys that
 * are not known are passed over.  False, with *ret untouched, if one is missing or has a value
 * that the contract does not allow.
 */
bool row_read(DBusMessageIter *iter, struct row *ret);

/* Frees what row holds, not row. */
void row_clear(struct row *row);
#define cleanup_row __attribute__((cleanup(row_clear)))

/* Appends row, whose strings now belong to rows. */
void rows_take(struct rows *rows, const struct row *row);

void rows_clear(struct rows *rows);
#define cleanup_rows __attribute__((cleanup(rows_clear)))

#endif
