/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Requests that patd has not taken yet, in the order in which they are sent.  Copies. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <sys/queue.h>

#include "protocol/request.h"

#define OUTBOX_MAX ((size_t)8 << 20) /* bytes */

struct outbox {
	STAILQ_HEAD(parcels, parcel) parcels;
	size_t bytes;
};

void outbox_init(struct outbox *outbox);

bool outbox_is_empty(const struct outbox *outbox);
/* For so many bytes, below OUTBOX_MAX. */
bool outbox_has_room(const struct outbox *outbox, size_t len);

/* Whether there is room or not.  -ENOMEM. */
int outbox_add(struct outbox *outbox, const struct request *request, size_t len);

/* Sends what fd takes.  0: all of it; else a negative errno, such as -EAGAIN. */
int outbox_send(struct outbox *outbox, int fd);

void outbox_clear(struct outbox *outbox);
