/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Pending verifications: connections that are kept open until their verdict is there.
 *
 * One that waits holds a descriptor and about 100 bytes; nothing of the request is kept.  A wait
 * ends with the verdict, or by itself with PAT_FAILED: at its timeout, when the peer hangs up, or
 * when the table is freed.
 *
 * A client bounds its wait, too: pam_pat hangs up after 3 seconds, or after its timeout= of at most
 * 60 seconds.  So a timeout here is of a client that neither reads nor ends.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <systemd/sd-event.h>

#define PENDING_TIMEOUT_S 60 /* the longest timeout= of pam_pat */

/*
 * How many wait at a time.  The second half is for root.sock alone, so that no user's process keeps
 * a login service out, and its last places for logins as uid 0.  A place counts for the uid that
 * logs in, and on user.sock for the uid that asks, whomever it asks for.
 */
#define PENDING_MAX 384U
#define PENDING_MAX_USER_SOCKET (PENDING_MAX / 2)
/* A hundred logins at once with one token, each of which waits for the same sync. */
#define PENDING_MAX_PER_UID 128U

struct pending;

/* Nobody waits for that verdict any more. */
typedef void (*pending_cancel_fn)(uint64_t id, void *userdata);

int pending_new(
	sd_event *event, pending_cancel_fn cancel, void *userdata, struct pending **ret_pending);
/* Refuses all that wait.  NULL is allowed. */
void pending_free(struct pending *pending);

/*
 * Keeps the connection fd, which it takes over on success.  uid: whose place it takes.  *ret_id is
 * never 0 and never comes again.  -EBUSY: no place is free; or another negative errno.
 */
int pending_add(
	struct pending *pending, int fd, uint32_t uid, bool for_root_socket, uint64_t *ret_id);

/* Ends the wait: its connection, which the caller owns.  -ENOENT: it has ended before. */
int pending_take(struct pending *pending, uint64_t id);

/* Refuses the one that has waited longest, to free its descriptor.  False: nobody waits. */
bool pending_refuse_oldest(struct pending *pending);
