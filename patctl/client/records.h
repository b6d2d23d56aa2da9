/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What patd answers with: tokens, entries of the history and more, in the structs of
 * protocol/rows.h, whichever way they came.
 */
#pragma once

#include <dbus/dbus.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "protocol/rows.h"

struct records {
	const struct table *table;
	void *items; /* owned; an array of the table's records */
	size_t n, room;
};

/* Appends a copy. */
void records_append(struct records *records, const void *record);

/*
 * Appends the n rows in len bytes, see protocol/row.h.  False if they are not exactly that; a part
 * may be appended then.
 */
bool records_read_rows(struct records *records, const void *bytes, size_t len, uint32_t n);

/*
 * Appends the aa{sv} at iter, whose signature the caller has checked.  Unknown keys are ignored.
 * False if a key is missing that the first version had already, or repeated, or its value breaks
 * the contract; a part may be appended then.
 */
bool records_read_bus(struct records *records, DBusMessageIter *iter);

void records_clear(struct records *records);
#define cleanup_records __attribute__((cleanup(records_clear)))

/* A record in little memory, to be kept among many; the caller frees it. */
void *record_keep(const struct table *table, const void *record);

/* The record that was kept so. */
void record_kept(const struct table *table, const void *kept, void *ret);
