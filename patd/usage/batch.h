/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A batch of the usage log as bytes: see patd/usage/usage_log.h for the format. */
#pragma once

#include <stdbool.h>

#include "common/pack.h"
#include "patd/usage/usage_log.h"

enum {
	BATCH_HEADER_BYTES = 88,
	RECORD_HEADER_BYTES = 3,
	BATCH_RECORD_MAX = RECORD_HEADER_BYTES + ROW_SIZE_MAX(union usage_record)
};

struct batch {
	uint64_t number;
	size_t size; /* with its header */
	uint8_t before[MAC_LEN], mac[MAC_LEN];
	const uint8_t *records;
	size_t records_size;
};

/* Puts a record behind the last; how many bytes it takes.  Room: BATCH_RECORD_MAX. */
size_t batch_put(uint8_t *at, enum usage_kind kind, const void *record);

/* Writes the header before records_size bytes of records. */
void batch_seal(const struct key *key, uint64_t number, const uint8_t before[static MAC_LEN],
	uint8_t *bytes, size_t records_size, uint8_t ret_mac[static MAC_LEN]);

/* The batch at the beginning of the bytes, which must outlive it; false: there is no whole one. */
bool batch_read(const struct key *key, const uint8_t *bytes, size_t len, struct batch *ret_batch);

/* Hands out its records.  -EBADMSG: patd did not write them. */
int batch_each(const struct batch *batch, usage_record_fn fn, void *userdata);
