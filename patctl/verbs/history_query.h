/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The history entries of tokens, merged in the order of Seq or in reverse order.  They are read
 * from patd page by page.
 */
#pragma once

#include <dbus/dbus.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "patctl/client/client.h"
#include "patctl/client/records.h"

struct history;

/*
 * The entries of each of the n tokens, each named once, that pass filter; with n 0 all that pass
 * it.  The ids and the strings of filter must outlive the history.  page: how many entries a call
 * asks for, 0 for the maximum of patd.  Never NULL.
 */
struct history *history_new(struct client *client, const struct client_history_filter *filter,
	const struct pat_id *tokens, size_t n, uint32_t page);
void history_free(struct history **history);
#define cleanup_history __attribute__((cleanup(history_free)))

/* The next entry, until the next call.  NULL at the end, and with *error set on failure. */
const struct entry_row *history_next(struct history *history, DBusError *error);
