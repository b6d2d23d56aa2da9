/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a patd before this one has left in the usage log. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "patd/usage/usage_file.h"
#include "patd/usage/usage_log_private.h"
#include "patd/util/io.h"
#include "patd/util/log.h"

#define NO_BATCHES UINT64_MAX

/* A segment as it is read. */
struct segment_read {
	const uint8_t *bytes;
	uint64_t first, last, end; /* first NO_BATCHES: nothing valid is in it */
	uint8_t before[MAC_LEN], mac[MAC_LEN];
};

static void scan(const struct usage_log *log, struct segment_read *segment)
{
	struct batch batch;

	segment->first = NO_BATCHES;
	segment->last = segment->end = 0;
	while (batch_read(log->key, segment->bytes + segment->end,
		USAGE_SEGMENT_BYTES - segment->end, &batch)) {
		if (segment->first == NO_BATCHES) {
			segment->first = batch.number;
			memcpy(segment->before, batch.before, MAC_LEN);
		} else if (batch.number != segment->last + 1 ||
			   memcmp(batch.before, segment->mac, MAC_LEN) != 0) {
			return;
		}
		segment->last = batch.number;
		memcpy(segment->mac, batch.mac, MAC_LEN);
		segment->end += batch.size;
	}
}

static int read_segment(const struct usage_log *log, unsigned int which,
	uint8_t bytes[static USAGE_SEGMENT_BYTES], struct segment_read *ret_segment)
{
	int r = usage_file_read(log->fd, bytes, USAGE_SEGMENT_BYTES, usage_segment_start(which));

	if (r < 0)
		return r;
	ret_segment->bytes = bytes;
	scan(log, ret_segment);
	return 0;
}

/* Of the batches after that number; those up to it are in the database. */
static int hand_out(const struct usage_log *log, const struct segment_read *segment, uint64_t after,
	usage_record_fn fn, void *userdata)
{
	struct batch batch;
	int r = 0;

	for (uint64_t at = 0; r >= 0 && at < segment->end; at += batch.size) {
		if (!batch_read(log->key, segment->bytes + at, segment->end - at, &batch))
			return -EBADMSG;
		if (batch.number > after)
			r = batch_each(&batch, fn, userdata);
	}
	return r < 0 ? r : 0;
}

/* Nothing of it is ever taken again. */
static int forget(const struct usage_log *log, unsigned int which)
{
	static const uint8_t zeros[BATCH_HEADER_BYTES];

	return io_write_at(log->fd, zeros, sizeof(zeros), usage_segment_start(which));
}

/* Takes the segment, if it follows what has been taken: up to *last, whose MAC is log->mac. */
static int take(struct usage_log *log, const struct segment_read *segment, unsigned int which,
	bool first, uint64_t after, usage_record_fn fn, void *userdata)
{
	const bool follows = segment->first <= after + 1 ||
			     (!first && segment->first == log->last + 1 &&
				     memcmp(segment->before, log->mac, MAC_LEN) == 0);
	int r;

	if (segment->first == NO_BATCHES || segment->last <= after)
		return 0;
	if (!follows) {
		log_warning("some of the latest uses of tokens are lost");
		return forget(log, which);
	}
	r = hand_out(log, segment, after, fn, userdata);
	log->segment = which;
	log->end[which] = segment->end;
	log->last_in[which] = segment->last;
	log->last = segment->last;
	memcpy(log->mac, segment->mac, MAC_LEN);
	return r;
}

/* bytes: room for the segments. */
static int replay(struct usage_log *log, uint8_t bytes[static USAGE_FILE_BYTES], uint64_t after,
	usage_record_fn fn, void *userdata)
{
	struct segment_read segments[USAGE_SEGMENTS] = { 0 };
	unsigned int older = 0;
	int r;

	for (unsigned int i = 0; i < USAGE_SEGMENTS; i++) {
		r = read_segment(log, i, bytes + i * USAGE_SEGMENT_BYTES, &segments[i]);
		if (r < 0)
			return r;
	}
	if (segments[1].first < segments[0].first)
		older = 1;
	log->last = after;
	r = take(log, &segments[older], older, true, after, fn, userdata);
	if (r == 0)
		r = take(log, &segments[1 - older], 1 - older, log->last == after, after, fn,
			userdata);
	return r;
}

static int replay_file(struct usage_log *log, uint64_t after, usage_record_fn fn, void *userdata)
{
	uint8_t *bytes = malloc(USAGE_FILE_BYTES);
	int r;

	if (!bytes)
		return -ENOMEM;
	r = replay(log, bytes, after, fn, userdata);
	free(bytes);
	return r;
}

int usage_log_replay(struct usage_log *log, uint64_t after, usage_record_fn fn, void *userdata)
{
	int r = 0;

	if (log->fd >= 0)
		r = replay_file(log, after, fn, userdata);
	else
		log->last = after;
	log->released = after;
	/* What was taken was perhaps never synced. */
	log->synced = after;
	log->suspect = log->last > after;
	return r;
}
