/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the files of the usage log share among themselves. */
#pragma once

#include "patd/usage/batch.h"
#include "patd/usage/usage_log.h"

#define BATCH_RECORDS_MAX 32768 /* bytes; more are written as several batches */

struct usage_log {
	int fd; /* -1: there was no room for the file */
	const struct key *key;
	unsigned int segment;
	uint64_t end[USAGE_SEGMENTS]; /* of what is in it, from its beginning */
	uint64_t
		last_in[USAGE_SEGMENTS]; /* the number of the last batch in it; 0: none is needed */
	uint64_t last, released, synced;
	/* What is not synced, from there on; a segment before the present one is to its end. */
	uint64_t unsynced_from[USAGE_SEGMENTS];
	unsigned int turns; /* how often a segment was begun anew */
	bool suspect;       /* the last sync failed */
	bool fresh;         /* the next batch begins a segment */
	bool writing_back;
	bool incomplete;      /* a part of what is gathered could not be written */
	uint8_t mac[MAC_LEN]; /* of the last batch */
	size_t gathered;
	uint8_t batch[BATCH_HEADER_BYTES + BATCH_RECORDS_MAX];
};

/* Where it is in the file. */
static inline uint64_t usage_segment_start(unsigned int segment)
{
	return segment * (uint64_t)USAGE_SEGMENT_BYTES;
}
