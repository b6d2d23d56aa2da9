/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Which tokens patctl list shows, and revoke, restore and delete take: from their options to what
 * patd is asked.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "patctl/cli/command.h"
#include "patctl/client/client.h"

extern const struct option_info option_state, option_unused_for, option_expiring,
	option_revoked_since;

/* The filters, in a set; revoke and delete take them in place of TOKEN. */
#define OPTIONS_FILTERS &option_service, &option_state, &option_unused_for, &option_expiring

/* Those that restore takes, which is about revoked tokens anyway. */
#define OPTIONS_REVOKED &option_revoked_since, &option_service, &option_unused_for, &option_expiring

/* All states, NULL after the last. */
extern const char *const filter_states[];

/* Whether delete takes tokens in that state: none that can work, now or later, is in it. */
bool filter_is_ended(const char *state);

/*
 * False after a message on standard error.  now: seconds since 1970 UTC.  patd is asked for one
 * state, and not about revoked_since: filter_keep() picks.
 */
bool filter_of(const struct command *command, uint64_t now, struct client_filter *ret);

/* Whether an option is given that may leave out tokens of the user. */
bool filter_given(const struct command *command);

/* Whether state is in the list states; NULL: any is. */
bool filter_has_state(const char *states, const char *state);

/* Of the tokens that patd answered with, keeps those that --state and --revoked-since let through.
 */
void filter_keep(
	const struct command *command, const struct client_filter *filter, struct records *tokens);
