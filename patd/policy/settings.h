/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The policy that is in force: read at the start, and again when patd is told to (SIGHUP), off
 * the loop.  A policy that cannot be is logged, and the one before stays.
 */
#ifndef PATD_POLICY_SETTINGS_H
#define PATD_POLICY_SETTINGS_H

#include <systemd/sd-event.h>

#include "patd/policy/policy.h"
#include "patd/util/worker.h"

struct settings;

/*
 * Reads the policy below conf_dir, which must stay; -EINVAL if it cannot be, and the log says
 * where.  Blocks: NSS is asked for the names in it.
 */
int settings_new(const char *conf_dir, struct settings **ret_settings);
/* After worker_free().  NULL is allowed. */
void settings_free(struct settings *settings);

const struct policy_set *settings_policy(const struct settings *settings);

/*
 * From now on SIGHUP has the policy read again, in worker; changed() is called when another is in
 * force, and the one before is there until it returns.  SIGHUP must be blocked in every thread.
 */
int settings_watch(struct settings *settings, sd_event *event, struct worker *worker,
	void (*changed)(void *userdata), void *userdata);

#endif
