/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The connection to patd over fleet.sock: one question at a time, and what patd tells unasked. Made
 * again whenever it is lost.  Nothing here waits.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <systemd/sd-event.h>

#include "protocol/fleet.h"

/* All are called in the loop. */
struct patd_listener {
	void (*up)(void *userdata); /* questions can be asked */
	/* They can not any more; the one under way has ended before. */
	void (*down)(void *userdata);
	void (*unasked)(const struct fleet_message *message, void *userdata);
	void *userdata;
};

struct patd_link;

/* Connects to the socket at path, now or as soon as somebody listens there. */
int patd_link_new(sd_event *event, const char *path, const struct patd_listener *listener,
	struct patd_link **ret_link);

/* Ends the question under way.  NULL is allowed. */
void patd_link_free(struct patd_link *link);

bool patd_link_is_up(const struct patd_link *link);

/*
 * A message to fill, all 0 but for its kind.  It is sent by patd_link_ask(), and until then nothing
 * else may be asked.
 */
struct fleet_message *patd_link_message(struct patd_link *link, enum fleet_kind kind);

/*
 * An answer, or NULL: the connection is lost.  True: another answer to the same question is to
 * come. The message is the link's, and valid during the call.
 */
typedef bool (*patd_answer_fn)(const struct fleet_message *answer, void *userdata);

/*
 * Tells patd something, with a body of len bytes, whether a question is under way or not, and takes
 * no interest in its answer.  What patd cannot take now is lost.
 */
void patd_link_tell(struct patd_link *link, enum fleet_kind kind, const void *body, size_t len);

/* Asks, with a body of len bytes.  An answer always comes, and later than this returns. */
void patd_link_ask(struct patd_link *link, size_t len, patd_answer_fn fn, void *userdata);
