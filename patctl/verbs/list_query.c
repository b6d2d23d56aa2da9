/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Which tokens patctl list shows. */
#include "patctl/verbs/list_query.h"

#include <string.h>

#include "common/l10n.h"
#include "patctl/cli/argument.h"

const char *const filter_states[] = { N_("active"), N_("revoked"), N_("expired"), N_("exhausted"),
	N_("disabled"), N_("pending"), N_("altered"), NULL };

const struct option_info option_state = { "state", "STATE", N_("only tokens in this state"), 0 };
const struct option_info option_unused_for = { "unused-for", "PERIOD",
	N_("only tokens unused for PERIOD"), 0 };
const struct option_info option_expiring = { "expiring", "PERIOD",
	N_("only tokens expired or expiring within PERIOD"), 0 };

static bool check_state(const char *state)
{
	for (size_t i = 0; filter_states[i]; i++)
		if (strcmp(filter_states[i], state) == 0)
			return true;
	return argument_wrong(&option_state, state,
		N_("a state is active, revoked, expired, exhausted, disabled, pending or altered"));
}

bool filter_of(const struct command *command, uint64_t now, struct client_filter *ret)
{
	uint64_t unused = 0, ahead = 0; /* seconds, 0 if not given */

	*ret = (struct client_filter) {
		.user = command_value(command, &option_user),
		.all = command_given(command, &option_all),
		.state = command_value(command, &option_state),
		.good_for = command_value(command, &option_service),
	};
	if ((ret->state && !check_state(ret->state)) ||
		!argument_period(command, &option_unused_for, &unused) ||
		!argument_period(command, &option_expiring, &ahead))
		return false;
	/* Not 0, which is "not given"; no token is older than the year 1970. */
	if (unused)
		ret->unused_since = unused < now ? now - unused : 1;
	if (ahead)
		ret->expiring_before = now + ahead;
	return true;
}

bool filter_narrows(const struct client_filter *filter)
{
	return filter->state || filter->good_for || filter->unused_since || filter->expiring_before;
}
