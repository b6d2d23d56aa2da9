/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A record as bytes, in a packet or in a file: its members one after the other, as a table of
 * fields describes them.
 *
 * A text is its length (two bytes) and its bytes without a NUL; a number takes 8 bytes, or 4, or 1
 * if it is a bool; bytes are as they are.  Integers are little-endian.
 */
#pragma once

#include <stddef.h>

#include "common/field.h"

/* A buffer of that size holds any record of the table. */
size_t row_size_max(const struct table *table);

/* The same for a record of that type: it has no more members than that, and each text has a NUL. */
#define ROW_SIZE_MAX(record) (sizeof(record) + 64)

/* Writes the record at `to`, which has room for row_size_max(), and returns how long it is. */
size_t row_pack(const struct table *table, const void *record, void *to);

/*
 * Reads a record from the first of len bytes, and returns how many it took.  0: the bytes are no
 * such record - too few, a number beyond its maximum, a text that is too long, or that no field of
 * its kind can have; then *ret_record is all zeros.  Where the bytes end after the MAC, what was
 * added later is not in them: an earlier version of patd wrote them.
 */
size_t row_unpack(const struct table *table, const void *from, size_t len, void *ret_record);
