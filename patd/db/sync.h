/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Has the database synced and its WAL folded in, off the loop, at most a second after a change
 * that was not synced by itself.
 */
#pragma once

#include <systemd/sd-event.h>

#include "patd/db/database.h"
#include "patd/util/worker.h"

struct sync;

/* worker and database must outlive it. */
int sync_new(
	sd_event *event, struct worker *worker, struct database *database, struct sync **ret_sync);

/* After worker_free().  NULL is allowed. */
void sync_free(struct sync *sync);
