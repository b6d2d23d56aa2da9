/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A row of a token, kept as it is in an answer: many times shorter than the longest one. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct packed_row {
	size_t len;
	uint8_t *bytes; /* NULL: none yet */
};

/* Keeps a copy in place of the former row.  False without memory: the former row stays. */
bool packed_row_set(struct packed_row *row, const void *bytes, size_t len);

/* Frees the bytes, not the struct. */
void packed_row_clear(struct packed_row *row);
