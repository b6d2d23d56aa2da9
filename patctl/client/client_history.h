/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The calls about the history.  For what all calls promise see client.h. */
#pragma once

#include "patctl/client/client.h"

/* NULL and 0 are "not given"; since and until are times, after is a Seq. */
struct client_history_filter {
	const char *user, *token;
	bool all, reverse;
	uint64_t since, until, after;
};

/*
 * Appends one page of at most limit (0: as many as patd gives) entries, see
 * patctl/print/history_entry.h, to entries; for the rest as client_list().
 */
bool client_history(struct client *client, const struct client_history_filter *filter,
	uint32_t limit, char **cursor, struct records *entries, DBusError *error);

/* Subscribes to new entries, for client_wait(): those of the caller's tokens, or all. */
bool client_subscribe(struct client *client, bool all, DBusError *error);

/*
 * Waits until there may be new entries.  *ret_lost: patd was restarted, and client_subscribe() must
 * be called again.  False when the bus is gone.
 */
bool client_wait(struct client *client, bool *ret_lost, DBusError *error);
