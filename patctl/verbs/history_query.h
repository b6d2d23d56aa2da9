/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The entries of the history that several filters let through, in one order: that of Seq, or the
 * other way round.  Read page by page as they are asked for.
 */
#ifndef PATCTL_VERBS_HISTORY_QUERY_H
#define PATCTL_VERBS_HISTORY_QUERY_H

#include <dbus/dbus.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "patctl/client/client_history.h"
#include "patctl/print/history_entry.h"

struct history;

/*
 * filters, n of them and at least one, are alike in reverse, and let through no entry twice; what
 * they point to must outlive the history.  page: entries to ask for at once, 0 for as many as
 * there are on a page of patd.  Never NULL.
 */
struct history *history_new(struct client *client, const struct client_history_filter *filters,
	size_t n, uint32_t page);
void history_free(struct history **history);
#define cleanup_history __attribute__((cleanup(history_free)))

/*
 * The next entry, which the caller clears; *ret_end instead if there is none any more.  False
 * with *error set on failure.
 */
bool history_next(
	struct history *history, struct history_entry *ret, bool *ret_end, DBusError *error);

#endif
