/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A row of a token, kept as it is in an answer. */
#include "front/bus/packed_row.h"

#include <stdlib.h>
#include <string.h>

bool packed_row_set(struct packed_row *row, const void *bytes, size_t len)
{
	uint8_t *copy = malloc(len);

	if (!copy)
		return false;
	memcpy(copy, bytes, len);
	free(row->bytes);
	row->bytes = copy;
	row->len = len;
	return true;
}

void packed_row_clear(struct packed_row *row)
{
	free(row->bytes);
	*row = (struct packed_row) { 0 };
}
