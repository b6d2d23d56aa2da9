/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * patd's connection to the system bus.  Takes the name org.patd.Tokens1, serves calls, and
 * connects again when the bus comes back.  Nothing here waits: verification does not notice a bus
 * that hangs.
 */
#pragma once

#include <systemd/sd-event.h>

#include "patd/backup/online.h"
#include "patd/tokens/tokens.h"
#include "patd/util/worker.h"

struct bus;

/*
 * Starts connecting to address, a D-Bus address list.  tried() is called once, when the name has
 * been taken for the first time or the first try has failed.
 */
int bus_new(sd_event *event, struct worker *worker, struct tokens *tokens, struct backups *backups,
	const char *address, void (*tried)(void *userdata), void *userdata, struct bus **ret_bus);

/* From now on another policy, which must stay; the rules have it already. */
void bus_set_policy(struct bus *bus, const struct policy_set *policy);

/*
 * Stops serving at once.  The memory stays until bus_free(), which comes after worker_free()
 * and backups_free(): a job may be under way.  NULL is allowed by both.
 */
void bus_stop(struct bus *bus);
void bus_free(struct bus *bus);
