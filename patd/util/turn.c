/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A deferred event source for each turn. */
#include "patd/util/turn.h"

void turn_begin(struct turn *turn, sd_event *event, void (*fn)(void *userdata), void *userdata)
{
	*turn = (struct turn) { .event = event, .fn = fn, .userdata = userdata };
}

static int on_turn(sd_event_source *source, void *userdata)
{
	struct turn *turn = userdata;

	(void)source;
	turn_end(turn);
	turn->fn(turn->userdata);
	return 0;
}

int turn_want(struct turn *turn)
{
	return turn->source ? 0 : sd_event_add_defer(turn->event, &turn->source, on_turn, turn);
}

void turn_end(struct turn *turn)
{
	turn->source = sd_event_source_disable_unref(turn->source);
}
