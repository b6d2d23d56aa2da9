/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Events that come with logins, or by the thousand: followers are told of them in a later turn of
 * the loop, a few at a time, and of each token or owner at most once a second.
 */
#pragma once

#include <systemd/sd-event.h>

#include "patd/model/entry.h"
#include "patd/model/token.h"

struct event_queue;

/* Who tells them. */
struct event_sink {
	/* Of a token of that id, as it is by then. */
	void (*token)(enum token_event event, const struct pat_id *id, void *userdata);
	/* Of the history of the owner; by_name: of whoever has that name. */
	void (*entry)(bool by_name, uint32_t uid, const char *user, void *userdata);
	void *userdata;
};

int event_queue_new(sd_event *event, const struct event_sink *sink, struct event_queue **ret_queue);
/* NULL is allowed. */
void event_queue_free(struct event_queue *queue);

/* event: TOKEN_USED or TOKEN_BULK_CHANGED.  Of more than EVENTS_MAX in a second none is told. */
#define EVENTS_MAX 1024U
void event_queue_token(struct event_queue *queue, enum token_event event, const struct pat_id *id);

void event_queue_entry(struct event_queue *queue, bool by_name, uint32_t uid, const char *user);
