/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* An entry of the history, in the words of the contract (ListHistory).  It never changes. */
#pragma once

#include <gio/gio.h>

typedef struct {
	guint64 seq, at;
	char *event, *token, *name, *user, *how, *service, *from, *tty, *result, *detail, *command;
	guint32 uid, by_uid;
	gboolean new_service, new_network;
} PatdEntryInfo;

#define PATD_TYPE_ENTRY (patd_entry_get_type())
G_DECLARE_FINAL_TYPE(PatdEntry, patd_entry, PATD, ENTRY, GObject)

/* properties: an a{sv} of ListHistory. */
PatdEntry *patd_entry_new(GVariant *properties);
const PatdEntryInfo *patd_entry_get_info(PatdEntry *entry);

/* Whether it is the first use from a network.  A login that is local comes from no network, and one
 * of an unknown source from none that is new, though patd marks the first of each. */
gboolean patd_entry_is_new_network(const PatdEntryInfo *entry);
