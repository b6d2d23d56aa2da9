/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Entries of the history for people. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "patctl/client/records.h"
#include "patctl/print/output_context.h"

/* The words for events, NULL at the end; people read their translations. */
extern const char *const history_events[];

/*
 * The entry as one line for a person: "2027-01-31 18:00:30 CET  used  ci (x5M2vQ0aZk) of alice,
 * sudo on pts/0".  The caller owns it.
 */
char *history_entry_line(const struct entry_row *entry, const struct output_context *context);

/* Entries, one after the other, that only their times tell apart.  Zeroed: none. */
struct history_run {
	struct entry_row entry; /* the first; its unrecorded are those of all */
	uint64_t count;
	uint64_t end; /* the time of the last */
};

/* False: entry is not like those of the run, which stays as it is. */
bool history_run_add(struct history_run *run, const struct entry_row *entry);

/* The same line of a run that is not empty, with "(842 times until 2027-01-31 18:05:12 CET)". */
char *history_run_line(const struct history_run *run, const struct output_context *context);
