/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The file of the usage log: its batches, and where the next one goes. */
#include "patd/usage/usage_log.h"

#include <endian.h>
#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/cleanup.h"
#include "patd/usage/batch.h"
#include "patd/usage/pack.h"
#include "patd/util/io.h"
#include "patd/util/log.h"

enum {
	SEGMENTS = 2,
	BATCH_RECORDS_MAX = 32768 /* bytes; more are written as several batches */
};

#define FILE_BYTES (SEGMENTS * USAGE_SEGMENT_BYTES)
#define NO_BATCHES UINT64_MAX

static const struct field time_fields[] = {
	FIELD(usage_time, NULL, now, FIELD_NUMBER, INT64_MAX),
};

const struct table usage_time_table = TABLE(usage_time, time_fields);

struct usage_log {
	int fd; /* -1: there was no room for the file */
	const struct key *key;
	unsigned int segment;
	uint64_t end[SEGMENTS];     /* of what is in it, from its beginning */
	uint64_t last_in[SEGMENTS]; /* the number of the last batch in it; 0: none is needed */
	uint64_t last, released, synced;
	/* What is not synced, from there on; a segment before the present one is to its end. */
	uint64_t unsynced_from[SEGMENTS];
	unsigned int turns; /* how often a segment was begun anew */
	bool suspect;       /* the last sync failed */
	bool fresh;         /* the next batch begins a segment */
	bool writing_back;
	uint8_t mac[MAC_LEN]; /* of the last batch */
	size_t gathered;
	uint8_t batch[BATCH_HEADER_BYTES + BATCH_RECORDS_MAX];
};

static uint64_t start_of(unsigned int segment)
{
	return segment * (uint64_t)USAGE_SEGMENT_BYTES;
}

/* --- the file --- */

/* Zeros are written, and not only allocated: else each first write would allocate after all. */
static int fill(int fd)
{
	static const uint8_t zeros[65536];
	int r = -posix_fallocate(fd, 0, (off_t)FILE_BYTES);

	for (uint64_t at = 0; r == 0 && at < FILE_BYTES; at += sizeof(zeros))
		r = io_write_at(fd, zeros, sizeof(zeros), at);
	if (r == 0 && fdatasync(fd) < 0)
		r = -errno;
	return r;
}

static int make_file(int state_fd, int *ret_fd)
{
	cleanup_close int fd = openat(
		state_fd, USAGE_FILE, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
	int r;

	if (fd < 0)
		return -errno;
	r = fill(fd);
	if (r == 0 && fsync(state_fd) < 0)
		r = -errno;
	if (r < 0) {
		(void)unlinkat(state_fd, USAGE_FILE, 0);
		return r;
	}
	*ret_fd = take_fd(&fd);
	return 0;
}

static int open_file(int state_fd, int *ret_fd)
{
	cleanup_close int fd = openat(state_fd, USAGE_FILE, O_RDWR | O_CLOEXEC | O_NOFOLLOW);
	struct stat st;

	if (fd < 0 && errno == ENOENT)
		return make_file(state_fd, ret_fd);
	if (fd < 0 || fstat(fd, &st) < 0)
		return -errno;
	if (!S_ISREG(st.st_mode))
		return -EBADMSG;
	/* Left by a patd that was killed while it made it: nothing was written into it yet. */
	if (st.st_size < (off_t)FILE_BYTES) {
		int r = fill(fd);

		if (r < 0)
			return r;
	}
	*ret_fd = take_fd(&fd);
	return 0;
}

int usage_log_new(int state_fd, const struct key *key, struct usage_log **ret_log)
{
	struct usage_log *log = malloc(sizeof(*log));
	int r;

	if (!log)
		return -ENOMEM;
	memset(log, 0, offsetof(struct usage_log, batch));
	log->fd = -1;
	log->key = key;
	r = open_file(state_fd, &log->fd);
	if (r < 0 && r != -ENOSPC && r != -EDQUOT) {
		log_error("cannot use the usage log: %s", strerror(-r));
		usage_log_free(log);
		return r;
	}
	if (r < 0)
		log_warning("there is no room for the usage log: each login writes to the "
			    "database");
	*ret_log = log;
	return 0;
}

void usage_log_free(struct usage_log *log)
{
	if (!log)
		return;
	if (log->fd >= 0)
		close(log->fd);
	free(log);
}

/* --- replay --- */

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

static int read_at(const struct usage_log *log, uint8_t *bytes, size_t size, uint64_t offset)
{
	size_t got = 0;

	while (got < size) {
		ssize_t n = pread(log->fd, bytes + got, size - got, (off_t)(offset + got));

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return n < 0 ? -errno : -EBADMSG;
		got += (size_t)n;
	}
	return 0;
}

static int read_segment(const struct usage_log *log, unsigned int which,
	uint8_t bytes[static USAGE_SEGMENT_BYTES], struct segment_read *ret_segment)
{
	int r = read_at(log, bytes, USAGE_SEGMENT_BYTES, start_of(which));

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

	return io_write_at(log->fd, zeros, sizeof(zeros), start_of(which));
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
static int replay(struct usage_log *log, uint8_t bytes[static FILE_BYTES], uint64_t after,
	usage_record_fn fn, void *userdata)
{
	struct segment_read segments[SEGMENTS] = { 0 };
	unsigned int older = 0;
	int r;

	for (unsigned int i = 0; i < SEGMENTS; i++) {
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
	uint8_t *bytes = malloc(FILE_BYTES);
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

/* --- writing --- */

bool usage_log_gathers(const struct usage_log *log)
{
	return log->gathered > 0;
}

uint64_t usage_log_last(const struct usage_log *log)
{
	return log->last;
}

void usage_log_add(
	struct usage_log *log, enum usage_kind kind, const struct table *table, const void *record)
{
	uint8_t bytes[PACK_MAX];
	size_t len = pack(table, record, bytes);

	/* A turn of the loop gathers far less; what follows is a batch of its own. */
	if (log->gathered + RECORD_HEADER_BYTES + len > BATCH_RECORDS_MAX)
		(void)usage_log_write(log);
	log->gathered += batch_put(
		log->batch + BATCH_HEADER_BYTES + log->gathered, (uint8_t)kind, bytes, len);
}

/* Begins the other segment, if nothing in it is needed any more. */
static int turn_over(struct usage_log *log)
{
	const unsigned int other = 1 - log->segment;

	if (log->last_in[other] > log->released || log->writing_back)
		return -ENOSPC;
	log->segment = other;
	log->end[other] = 0;
	log->last_in[other] = 0;
	log->unsynced_from[other] = 0;
	log->fresh = false;
	log->turns++;
	return 0;
}

int usage_log_write(struct usage_log *log)
{
	const size_t records = log->gathered, size = BATCH_HEADER_BYTES + records;
	uint8_t mac[MAC_LEN];
	int r = 0;

	log->gathered = 0;
	if (records == 0)
		return 0;
	if (log->fd < 0)
		return -ENOSPC;
	if (log->fresh || log->end[log->segment] + size > USAGE_SEGMENT_BYTES)
		r = turn_over(log);
	if (r < 0)
		return r;
	batch_seal(log->key, log->last + 1, log->mac, log->batch, records, mac);
	r = io_write_at(log->fd, log->batch, size, start_of(log->segment) + log->end[log->segment]);
	if (r < 0)
		return r;
	log->last++;
	memcpy(log->mac, mac, sizeof(mac));
	log->end[log->segment] += size;
	log->last_in[log->segment] = log->last;
	return 0;
}

void usage_log_release(struct usage_log *log, uint64_t number)
{
	if (number > log->released)
		log->released = number;
	if (number != log->last || log->synced == log->last)
		return;
	/*
	 * They need no sync any more.  But then what comes next must not be found through them:
	 * they may not be on disk.
	 */
	log->fresh = true;
	log->synced = number;
	for (unsigned int i = 0; i < SEGMENTS; i++)
		log->unsynced_from[i] = log->end[i];
}

/* --- syncing --- */

bool usage_log_begin_sync(struct usage_log *log, struct usage_sync_order *ret_order)
{
	if (log->synced == log->last || log->fd < 0)
		return false;
	ret_order->number = log->last;
	ret_order->write_back = log->suspect;
	ret_order->turns = log->turns;
	log->writing_back = log->suspect;
	for (unsigned int i = 0; i < SEGMENTS; i++)
		ret_order->spans[i] = (struct usage_span) { start_of(i) + log->unsynced_from[i],
			start_of(i) + log->end[i] };
	return true;
}

/* bytes: room for the span. */
static int write_back_through(
	const struct usage_log *log, const struct usage_span *span, uint8_t *bytes)
{
	const size_t size = span->to - span->from;
	struct batch batch;
	int r = read_at(log, bytes, size, span->from);

	if (r < 0)
		return r;
	for (size_t at = 0; at < size; at += batch.size)
		if (!batch_read(log->key, bytes + at, size - at, &batch))
			return -EBADMSG;
	return io_write_at(log->fd, bytes, size, span->from);
}

/* The same bytes again, if they are what was written. */
static int write_back(const struct usage_log *log, const struct usage_span *span)
{
	const size_t size = span->to - span->from;
	uint8_t *bytes = malloc(size > 0 ? size : 1);
	int r;

	if (!bytes)
		return -ENOMEM;
	r = write_back_through(log, span, bytes);
	free(bytes);
	return r;
}

int usage_log_run_sync(const struct usage_log *log, const struct usage_sync_order *order)
{
	int r = 0;

	for (unsigned int i = 0; r == 0 && order->write_back && i < SEGMENTS; i++)
		r = write_back(log, &order->spans[i]);
	if (r == 0 && fdatasync(log->fd) < 0)
		r = -errno;
	return r;
}

void usage_log_end_sync(struct usage_log *log, const struct usage_sync_order *order, int result)
{
	log->writing_back = false;
	log->suspect = result < 0;
	if (result < 0)
		return;
	if (order->number > log->synced)
		log->synced = order->number;
	/* Of a segment that was begun anew since nothing is known. */
	for (unsigned int i = 0; i < SEGMENTS && order->turns == log->turns; i++)
		log->unsynced_from[i] = order->spans[i].to - start_of(i);
}

uint64_t usage_log_synced(const struct usage_log *log)
{
	return log->synced;
}
