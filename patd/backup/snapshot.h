/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A copy of the database as it is at one moment, for a thread beside the loop that changes it. */
#pragma once

#include "patd/backup/backup_file.h"

struct snapshot {
	const char *database, *wal, *image; /* paths; the image is made */
	backup_progress_fn progress;
	void *userdata;
};

/*
 * Until it returns the WAL must not be folded in.  0, what progress() returned, or a negative
 * errno: -EFBIG, which is logged, if the WAL passes SYNC_WAL_LIMIT meanwhile.
 */
int snapshot_copy(const struct snapshot *snapshot);
