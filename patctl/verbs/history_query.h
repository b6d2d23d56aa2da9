/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The history entries that pass any of several filters, merged in the order of Seq or in reverse
 * order.  They are read from patd page by page.
 */
#pragma once

#include <dbus/dbus.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "patctl/client/client.h"
#include "patctl/print/history_entry.h"

struct history;

/*
 * There are n filters, 1 or more, with the same value of reverse; no entry may pass two of them,
 * and their strings must outlive the history.  page: how many entries a call asks for, 0 for the
 * maximum of patd.  Never NULL.
 */
struct history *history_new(struct client *client, const struct client_history_filter *filters,
	size_t n, uint32_t page);
void history_free(struct history **history);
#define cleanup_history __attribute__((cleanup(history_free)))

/*
 * The next entry, which the caller clears; *ret_end is true instead behind the last.  False
 * with *error set on failure.
 */
bool history_next(
	struct history *history, struct history_entry *ret, bool *ret_end, DBusError *error);
