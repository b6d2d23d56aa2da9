/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Puts changes on disk beside the loop.  A change is committed in the loop without a sync, and
 * visible at once; a thread syncs the WAL; whoever acknowledges a change, or refuses one because of
 * how things are, waits until the sync that covers it is done.  One sync covers all that waits.
 *
 *	point = sync_point(sync);                  after the operation, whatever came of it
 *	sync_state(sync, point) == SYNC_WAITING    keep the reply, and ask again in a listener
 *
 * The fold: a second after the last commit, or above SYNC_WAL_MAX, the thread folds the WAL into
 * the database and empties it.  Meanwhile sync_paused(): nothing is written, by anybody.
 *
 * Invariants:
 * - Either the loop writes, or the thread folds or writes back, never both.  So no header of a new
 *   WAL is written before the old WAL is in the database and the cut that empties it is on disk.
 * - A point is SYNC_DONE only after a sync without an error of all that was written before it.
 * - After a sync that failed the kernel holds for clean what it could not write, and the next sync
 *   succeeds over nothing.  So the WAL is read, checked and written again first (wal_write_back()).
 *   Until that succeeds points are SYNC_FAILED: the change is made, and is not on disk.
 * - A sync of the database that failed leaves the WAL as it is: its pages are written again from
 *   it.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <systemd/sd-event.h>

#include "patd/db/database.h"

#define SYNC_WAL_MAX (UINT64_C(16) << 20)   /* bytes; a larger one is folded in at once */
#define SYNC_WAL_LIMIT (UINT64_C(64) << 20) /* bytes; a reader in the way of a fold is ended */
#define SYNC_LISTENERS_MAX 3

struct sync;

enum sync_state {
	SYNC_WAITING,
	SYNC_DONE,
	SYNC_FAILED /* not on disk, and perhaps never; patd goes on trying */
};

/* From then on changes of the database, which must outlive it, are synced by its thread. */
int sync_new(sd_event *event, struct database *database, struct sync **ret_sync);

/* Waits for what the thread does.  Later changes are synced where they are made.  NULL is allowed.
 */
void sync_free(struct sync *sync);

/* Covers all that is committed now. */
uint64_t sync_point(const struct sync *sync);

enum sync_state sync_state(const struct sync *sync, uint64_t point);

/*
 * fn is called in the loop after each sync or fold that ended, as it may.  It may make changes, and
 * add and remove listeners.  -ENOSPC: there are too many.
 */
int sync_listen(struct sync *sync, void (*fn)(void *userdata), void *userdata);
void sync_unlisten(struct sync *sync, void (*fn)(void *userdata), const void *userdata);

/* No change can be made now: keep the request, and come back when a listener is called. */
bool sync_paused(const struct sync *sync);

/* The last sync failed: only what takes access away is changed, and is told to be not on disk. */
bool sync_failing(const struct sync *sync);

/* While somebody reads the database for long there is no fold, which would wait for him. */
void sync_hold(struct sync *sync);
void sync_release(struct sync *sync);
