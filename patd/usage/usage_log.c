/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The usage log: gathering, writing and syncing batches. */
#include "patd/usage/usage_log.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "patd/usage/usage_file.h"
#include "patd/usage/usage_log_private.h"
#include "patd/util/io.h"
#include "patd/util/log.h"

int usage_log_new(int state_fd, const struct key *key, struct usage_log **ret_log)
{
	struct usage_log *log = malloc(sizeof(*log));
	int r;

	if (!log)
		return -ENOMEM;
	memset(log, 0, offsetof(struct usage_log, batch));
	log->fd = -1;
	log->key = key;
	r = usage_file_open(state_fd, &log->fd);
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

/* --- writing --- */

bool usage_log_gathers(const struct usage_log *log)
{
	return log->gathered > 0;
}

uint64_t usage_log_last(const struct usage_log *log)
{
	return log->last;
}

void usage_log_add(struct usage_log *log, enum usage_kind kind, const void *record)
{
	/* A turn of the loop gathers far less; what follows is a batch of its own. */
	if (log->gathered + BATCH_RECORD_MAX > BATCH_RECORDS_MAX && usage_log_write(log) < 0)
		log->incomplete = true;
	log->gathered += batch_put(log->batch + BATCH_HEADER_BYTES + log->gathered, kind, record);
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
	/* Whoever asks has added what was in the batch before, too. */
	if (log->incomplete) {
		log->incomplete = false;
		return -EIO;
	}
	if (log->fd < 0)
		return -ENOSPC;
	if (log->fresh || log->end[log->segment] + size > USAGE_SEGMENT_BYTES)
		r = turn_over(log);
	if (r < 0)
		return r;
	batch_seal(log->key, log->last + 1, log->mac, log->batch, records, mac);
	r = io_write_at(log->fd, log->batch, size,
		usage_segment_start(log->segment) + log->end[log->segment]);
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
	for (unsigned int i = 0; i < USAGE_SEGMENTS; i++)
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
	for (unsigned int i = 0; i < USAGE_SEGMENTS; i++)
		ret_order->spans[i] =
			(struct usage_span) { usage_segment_start(i) + log->unsynced_from[i],
				usage_segment_start(i) + log->end[i] };
	return true;
}

/* bytes: room for the span. */
static int write_back_through(
	const struct usage_log *log, const struct usage_span *span, uint8_t *bytes)
{
	const size_t size = span->to - span->from;
	struct batch batch;
	int r = usage_file_read(log->fd, bytes, size, span->from);

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

	for (unsigned int i = 0; r == 0 && order->write_back && i < USAGE_SEGMENTS; i++)
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
	for (unsigned int i = 0; i < USAGE_SEGMENTS && order->turns == log->turns; i++)
		log->unsynced_from[i] = order->spans[i].to - usage_segment_start(i);
}

uint64_t usage_log_synced(const struct usage_log *log)
{
	return log->synced;
}
