/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Has the usage log synced by a thread, and what it has written into the database: both within a
 * second after the first use, and the sync at once where a login waits for it.
 */
#pragma once

#include <systemd/sd-event.h>

#include "patd/db/sync.h"
#include "patd/usage/usage_log.h"

struct usage_sync;

/* Writes some of what is pending into the database.  1: there is more; -EAGAIN: not now. */
typedef int (*usage_flush_fn)(void *userdata);

/* log must outlive it. */
int usage_sync_new(sd_event *event, struct usage_log *log, usage_flush_fn flush, void *userdata,
	struct usage_sync **ret_sync);
/* Waits for what the thread does.  NULL is allowed. */
void usage_sync_free(struct usage_sync *sync);

/* A batch was written. */
void usage_sync_wrote(struct usage_sync *sync);
/* Somebody waits for the last one, and perhaps for others of this turn. */
void usage_sync_hurry(struct usage_sync *sync);

/* SYNC_FAILED: it is in the log, and perhaps not on disk; patd goes on trying. */
enum sync_state usage_sync_state(const struct usage_sync *sync, uint64_t number);

/* fn is called in the loop after each sync that ended, as it may.  There is room for one. */
void usage_sync_listen(struct usage_sync *sync, void (*fn)(void *userdata), void *userdata);
