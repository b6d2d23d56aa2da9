/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The connection of root's patctl to root.sock.  It is made when it is needed, and again after patd
 * was restarted.  Private to patctl/client.
 */
#pragma once

#include <dbus/dbus.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "protocol/answer.h"
#include "protocol/request.h"

#define ROOT_NO_LIMIT (-1)

struct root {
	char *path;
	int fd;                 /* -1: not connected */
	uint64_t serial;        /* of the latest request */
	struct request *ahead;  /* the latest, if it was sent ahead; else NULL */
	struct request *latest; /* the caller's, if it may be sent once more; else NULL */
	bool changed;           /* there is an entry of the history that root_wait() has not told */
	struct answer answer;   /* the latest that was received */
};

/* Not connected yet.  Never NULL. */
struct root *root_new(void);
void root_free(struct root **root);

/*
 * Sends a request, in whose head the kind is set, and which is there until it is answered.  If it
 * could not be sent, or patd ended before it read it, it is sent once more, over a new connection.
 */
bool root_send(struct root *root, struct request *request, DBusError *error);

/*
 * Sends a request that the next root_send() is likely to be called with: then that sends nothing,
 * and the answer is there sooner.  A failure is left for that call.
 */
void root_ask_ahead(struct root *root, const struct request *request);

/*
 * Receives into root->answer the next part of the answer to the latest request, and its length.
 * limit: milliseconds, or ROOT_NO_LIMIT.  *passed: an open descriptor is closed first; then the one
 * that came, or -1.
 */
bool root_receive(struct root *root, uint32_t kind, int limit, int *passed, size_t *ret_len,
	DBusError *error);

/* Sets *error to what an ANSWER_REFUSED says; false. */
bool root_refused(const struct answer *answer, DBusError *error);

/* Waits until the history has a new entry.  True: the connection was lost, and is a new one now. */
bool root_wait(struct root *root);
