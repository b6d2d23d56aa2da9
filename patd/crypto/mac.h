/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The MAC over a record of the database: keyed BLAKE2b-256 over its members, table by table. */
#pragma once

#include "patd/model/field.h"

#define MAC_LEN 32 /* of the MAC, and of its key */

/*
 * Covers before, if that is not NULL, and then the members in the order of the table.  Numbers
 * count as 8 bytes, little-endian; a text or bytes are preceded by their length, so that no two
 * records give the same stream of bytes.
 *
 * A member behind the FIELD_MAC of the table was added after records had been written without it.
 * It is covered only where it differs from its default, 0 or "", and then its index in the table
 * goes before it.  So the MAC of an older record stays good.
 */
void mac_record(const uint8_t key[static MAC_LEN], const uint8_t before[MAC_LEN],
	const struct table *table, const void *record, uint8_t ret[static MAC_LEN]);
