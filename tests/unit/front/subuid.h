/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A file of sub-uids, which has been read. */
#pragma once

#include "front/base/subids.h"
#include "tests/unit/patd/place.h"

#define GAMES 5 /* a user of every Debian system */
#define GAMES_SUB_UID 100000
#define GAMES_SUB_UIDS 1000

/* Returns when the thread has read it. */
static inline struct subids *subuid_read(sd_event *event, struct place *place, const char *content)
{
	struct subids *subids;

	place_write(place, "subuid", 0644, content, strlen(content));
	assert_int_equal(subids_new(event, place_path(place, "subuid"), &subids), 0);
	assert_true(sd_event_run(event, 10 * 1000000) > 0);
	return subids;
}

static inline struct subids *subuid_of_games(sd_event *event, struct place *place)
{
	return subuid_read(event, place, "games:100000:1000\n");
}
