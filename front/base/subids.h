/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Whom a uid counts for: the owner of the range of subuid(5) that it is in, else itself.  So a user
 * who makes user namespaces has one ration of everything, and not one for each uid in them.
 */
#pragma once

#include <stdint.h>
#include <systemd/sd-event.h>

struct subids;

/* Reads path, /etc/subuid, in a thread, now and when it has changed. */
int subids_new(sd_event *event, const char *path, struct subids **ret_subids);
/* Waits for a look-up that is running.  NULL is allowed. */
void subids_free(struct subids *subids);

/*
 * As far as it is known yet.  A range whose owner is unknown, or root, which is not bounded like
 * others, counts for the first uid in it.
 */
uint32_t subids_owner(struct subids *subids, uint32_t uid);
