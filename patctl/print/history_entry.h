/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* An entry of the history as patd describes it: see ListHistory in dbus/org.patd.Tokens1.xml. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "patctl/client/records.h"
#include "patctl/print/output_context.h"

/* Strings are owned, UTF-8, and empty if they do not apply; at: seconds since 1970 UTC. */
struct history_entry {
	uint64_t seq, at;
	char *event, *token, *name, *user;
	uint32_t uid, by_uid;
	char *how, *service, *from, *tty, *result;
	bool new_service, new_network;
	uint64_t unrecorded;
	char *detail;
};

extern const struct record_type history_entry_type;

/*
 * The entry as one line for a person: "2027-01-31 18:00:30 CET  used  ci (x5M2vQ0aZk) of alice,
 * sudo on pts/0".  The caller owns it.
 */
char *history_entry_line(const struct history_entry *entry, const struct output_context *context);
