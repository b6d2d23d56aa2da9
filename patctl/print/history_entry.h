/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Entries of the history for people. */
#pragma once

#include "patctl/client/records.h"
#include "patctl/print/output_context.h"

/* The words for events, NULL at the end; people read their translations. */
extern const char *const history_events[];

/*
 * The entry as one line for a person: "2027-01-31 18:00:30 CET  used  ci (x5M2vQ0aZk) of alice,
 * sudo on pts/0".  The caller owns it.
 */
char *history_entry_line(const struct entry_row *entry, const struct output_context *context);
