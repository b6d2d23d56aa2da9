/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A record as few bytes: its members in the order of its table, numbers in groups of seven bits
 * with the lowest first, a text with its length before it, bytes as they are.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/field.h"

#define PACK_MAX 4096U /* bytes that any record of ours takes */

/* How many bytes it takes; room: PACK_MAX. */
size_t pack(const struct table *table, const void *record, uint8_t *ret_bytes);

/* False if the bytes are no such record. */
bool unpack(const struct table *table, const uint8_t *bytes, size_t len, void *ret_record);
