/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Pending verifications: connections that are kept open until their verdict is there.
 *
 * One that waits holds a descriptor and about 100 bytes; nothing of the request is kept.  A wait
 * ends with the verdict, or by itself with PAT_FAILED: at its timeout, when the peer hangs up, or
 * when the table is freed.
 *
 * A client bounds its wait, too: pam_pat hangs up after 3 seconds, or after its timeout= of at most
 * 60 seconds, and where a person is asked when the time for that is over.  So a timeout here is of
 * a client that neither reads nor ends.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <systemd/sd-event.h>

#include "common/wire.h"

#define PENDING_TIMEOUT_S 60 /* the longest timeout= of pam_pat */
#define PENDING_GRACE_S 10   /* after the time that a client was told to wait for an approval */

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

/* Who waits: a connection, or with fd -1 whoever that cookie is given back to. */
struct asker {
	int fd;
	uint64_t cookie;
};

/* What the table calls. */
struct pending_calls {
	/* Sends the reply, and closes the connection. */
	void (*reply)(const struct asker *asker, const struct pat_reply *reply, void *userdata);
	void *userdata;
	/* Nobody waits for that verdict any more. */
	void (*cancel)(uint64_t id, void *cancel_userdata);
	/* The process that asks, after pending_ask(); once. */
	void (*describe)(uint64_t id, const struct pat_process *process, void *cancel_userdata);
	void *cancel_userdata;
};

int pending_new(sd_event *event, const struct pending_calls *calls, struct pending **ret_pending);
/* Refuses all that wait.  NULL is allowed. */
void pending_free(struct pending *pending);

/*
 * Keeps the asker, whose connection it takes over on success.  uid: whose place it takes.  *ret_id
 * is never 0 and never comes again.  -EBUSY: no place is free; or another negative errno.
 */
int pending_add(struct pending *pending, const struct asker *asker, uint32_t uid,
	bool for_root_socket, uint64_t *ret_id);

/*
 * Tells the asker, which has a connection, that a person is asked, with the seconds of the reply,
 * and waits for them, and for its process.  If it cannot be told, the wait ends as at a hang-up.
 */
void pending_ask(struct pending *pending, uint64_t id, const struct pat_reply *reply);

/* Ends the wait: the caller owns the asker's connection.  -ENOENT: it has ended before. */
int pending_take(struct pending *pending, uint64_t id, struct asker *ret_asker);

/* Refuses the one that has waited longest, to free its descriptor.  False: nobody waits. */
bool pending_refuse_oldest(struct pending *pending);
