/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Users by name and number, from NSS, which may ask a network: in a worker, never on the loop. */
#pragma once

#include <stdint.h>

#include "common/wire.h"
#include "patd/util/worker.h"

/* One question and its answer. */
struct user_lookup {
	struct job job; /* run is users_run(); done is the asker's */
	bool by_name;   /* else by uid */
	uint32_t uid;
	char name[PAT_USER_MAX + 1];
	/*
	 * 0: both uid and name stand.  -ENOENT: no such user; -ENAMETOOLONG: its name is longer
	 * than PAT_USER_MAX; or another -errno: uid and name are those that were asked for.
	 */
	int result;
};

/* For job.run; job is the first member of a struct user_lookup. */
void users_run(struct job *job);
