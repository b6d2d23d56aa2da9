/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The usage log: what logins leave behind, until it is in the database.  A file of a fixed size,
 * USAGE_FILE in the state directory, that is written over and over, so that a login needs neither a
 * transaction nor room on the disk.
 *
 * The records of a turn of the loop are one batch, written at once:
 *
 *	"PATuse1\0", number, length of the records, MAC of the batch before, MAC; records
 *	record: kind (1 byte), length (2 bytes), bytes of row_pack()
 *
 * with integers little-endian, and the MAC under a key of its own over all of the batch.  Batches
 * are numbered 1, 2, 3 … as long as the database lives.  The file has two segments, which are
 * filled by turns from their beginnings.
 *
 * Invariants:
 * - The database knows the last batch that is in it (META_USAGE).  At the start those after it are
 *   taken, in order, up to the first that is not whole or does not follow the one before.
 * - A segment is begun anew only when all that is in it is in the database and on disk.
 * - All batches of a segment up to the one that is on disk are on disk: batches that were released
 *   without a sync are followed by none in their segment.
 * - Each batch has the MAC of the one before: what is left behind one that was torn never follows
 *   the one that takes its place.
 * - The number is durable, usage_log_synced(), after a sync without an error.  After one that
 *   failed what was not synced is read, checked and written again first.
 *
 * Functions return 0 or a negative errno.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "patd/crypto/key.h"
#include "patd/db/state_dir.h"
#include "patd/usage/use.h"

#define USAGE_SEGMENT_BYTES ((size_t)1 << 20)
#define USAGE_SEGMENTS 2

struct usage_log;

/*
 * Opens the log in the state directory, or makes it.  Without room for it *ret_log is a log that
 * takes nothing, -ENOSPC.  key must outlive it.
 */
int usage_log_new(int state_fd, const struct key *key, struct usage_log **ret_log);
/* NULL is allowed. */
void usage_log_free(struct usage_log *log);

/* Gets a record of that kind; below 0 ends the replay. */
typedef int (*usage_record_fn)(
	enum usage_kind kind, const union usage_record *record, void *userdata);

/*
 * Once, before anything is written: hands out what comes after the batch of that number.  The log
 * goes on from there.
 */
int usage_log_replay(struct usage_log *log, uint64_t after, usage_record_fn fn, void *userdata);

/* Adds a record to the batch that is gathered. */
void usage_log_add(struct usage_log *log, enum usage_kind kind, const void *record);

/* Whether anything is gathered. */
bool usage_log_gathers(const struct usage_log *log);

/*
 * Writes what is gathered, which then survives a kill of patd.  -ENOSPC: there is no room before
 * usage_log_release(); or another failure.  What was gathered is forgotten in any case.
 */
int usage_log_write(struct usage_log *log);

/* The number of the batch that was written last, and of the one that is gathered: one more. */
uint64_t usage_log_last(const struct usage_log *log);

/* All batches up to that number are in the database, on disk; they need no sync any more. */
void usage_log_release(struct usage_log *log, uint64_t number);

/* --- syncing, by patd/usage/usage_sync.h --- */

/* What of the file a sync is about: parts of both segments. */
struct usage_span {
	uint64_t from, to; /* in the file */
};

struct usage_sync_order {
	uint64_t number; /* of the last batch in it */
	struct usage_span spans[USAGE_SEGMENTS];
	unsigned int turns; /* of the log, when it was begun */
	bool write_back;    /* read, check and write it again first */
};

/* What is not synced yet.  False: nothing. */
bool usage_log_begin_sync(struct usage_log *log, struct usage_sync_order *ret_order);
/* In any thread.  -EBADMSG: what was written is not there any more. */
int usage_log_run_sync(const struct usage_log *log, const struct usage_sync_order *order);
/* In the loop, with the result. */
void usage_log_end_sync(struct usage_log *log, const struct usage_sync_order *order, int result);

/* The number of the last batch that is on disk. */
uint64_t usage_log_synced(const struct usage_log *log);
