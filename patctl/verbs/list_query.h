/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Which tokens patctl list shows: from its options to what patd is asked. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "patctl/cli/command.h"
#include "patctl/client/client.h"

extern const struct option_info option_state, option_unused_for, option_expiring;

/* All states, NULL after the last. */
extern const char *const filter_states[];

/* False after a message on standard error.  now: seconds since 1970 UTC. */
bool filter_of(const struct command *command, uint64_t now, struct client_filter *ret);

/* Whether it may leave out tokens of the user. */
bool filter_narrows(const struct client_filter *filter);
