/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Which entries of the history patctl log shows, as far as patd does not select them. */
#pragma once

#include <stdbool.h>

#include "patctl/cli/command.h"
#include "patctl/client/records.h"

extern const struct option_info option_event, option_elsewhere;

/* Lists with commas, which belong to the command; NULL: any. */
struct history_filter {
	const char *events, *services;
	bool elsewhere; /* only what was done on other machines of the fleet */
};

/* False after a message on standard error. */
bool history_filter_of(const struct command *command, struct history_filter *ret);

/* Whether it lets an entry through.  An entry that is no login has no service. */
bool history_filter_passes(const struct history_filter *filter, const struct entry_row *entry);

/* Whether there are entries that it does not let through. */
bool history_filter_narrows(const struct history_filter *filter);
