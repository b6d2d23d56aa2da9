/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The policy in force: read at the start, and again on SIGHUP, in a thread.  Problems are logged,
 * and the policy before stays in force.
 */
#pragma once

#include <systemd/sd-event.h>

#include "patd/policy/policy.h"
#include "patd/util/worker.h"

struct settings;

/*
 * Reads the policy below conf_dir, a string that must stay; -EINVAL, and the log has the problems.
 * Blocks: NSS looks up the names in it.
 */
int settings_new(const char *conf_dir, struct settings **ret_settings);
/* After worker_free().  NULL is allowed. */
void settings_free(struct settings *settings);

const struct policy_set *settings_policy(const struct settings *settings);

/*
 * From now on the worker reads the policy again on SIGHUP.  changed() is called when another one
 * is in force; the one before is freed when it returns.  SIGHUP must be blocked in every thread.
 */
int settings_watch(struct settings *settings, sd_event *event, struct worker *worker,
	void (*changed)(void *userdata), void *userdata);
