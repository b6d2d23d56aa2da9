/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Records, see patctl/client/records.h, from the rows of protocol/rows.h. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "patctl/client/records.h"

/*
 * Appends the n rows in len bytes, which answer a request of that kind.  A field of the record gets
 * the member of the row that has its key as its property.  False if the bytes are not exactly such
 * rows; a part may be appended then.
 */
bool rows_read(
	uint32_t request_kind, const void *bytes, size_t len, uint32_t n, struct records *records);
