/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Users looked up in NSS, which may take as long as a network does, in a few threads.
 *
 * One look-up of an account runs at a time, in the order in which they came: so names that take
 * long only keep those waiting who asked for them.  Who a caller is has threads of its own.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <sys/queue.h>
#include <systemd/sd-event.h>

#include "front/bus/accounts.h"
#include "patd/util/users.h"

struct lookups;

/* Embedded in what it is about, first, and kept until done() has been called. */
struct lookup {
	struct user_lookup user; /* first: a job is turned back into its look-up */
	TAILQ_ENTRY(lookup) next;
	struct lookups *lookups;
	struct account *account; /* that asks; it stays as long as this runs */
	void (*done)(struct lookup *lookup);
};

int lookups_new(sd_event *event, struct lookups **ret_lookups);

/*
 * Waits for those that are running, and calls done() of all, also of those that never ran.  NULL
 * is allowed.
 */
void lookups_free(struct lookups *lookups);

/*
 * Looks up lookup->user, by name or by uid, on behalf of lookup->account; then done() is called in
 * the loop, with user.result.  It waits in memory of the caller's: that bounds how many there are.
 */
void lookups_ask(struct lookups *lookups, struct lookup *lookup);

/* Whether it did not run yet, and never will: then done() is not called. */
bool lookups_cancel(struct lookup *lookup);
