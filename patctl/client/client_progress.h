/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The calls that take long, whose progress patd reports.  For what all calls promise see client.h.
 */
#pragma once

#include "common/progress.h"
#include "patctl/client/client.h"

/* Both wait without a limit, and show the progress. */

/* Writes the backup to fd, an empty regular file. */
bool client_backup(struct client *client, int fd, struct progress *progress, DBusError *error);

struct client_verification {
	uint64_t entries, first, bad; /* bad 0: the history is good */
	char *problem;                /* owned */
};

/* The caller frees ret->problem. */
bool client_verify(struct client *client, struct progress *progress,
	struct client_verification *ret, DBusError *error);
