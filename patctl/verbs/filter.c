#include "patctl/verbs/filter.h"

#include <string.h>

#include "common/l10n.h"
#include "patctl/cli/argument.h"

const char *const filter_states[] = { N_("active"), N_("revoked"), N_("expired"), N_("exhausted"),
	N_("disabled"), N_("pending"), N_("altered"), NULL };

static bool check_state(const char *state)
{
	for (size_t i = 0; filter_states[i]; i++)
		if (strcmp(filter_states[i], state) == 0)
			return true;
	return argument_wrong("state", state,
		N_("a state is active, revoked, expired, exhausted, disabled, pending or altered"));
}

bool filter_of(const struct command *command, uint64_t now, struct client_filter *ret)
{
	struct client_filter filter = {
		.user = command->user,
		.all = command->all,
		.state = command->state,
		.good_for = command->service,
	};
	uint64_t seconds = 0;

	if (filter.state && !check_state(filter.state))
		return false;
	if (!argument_period("unused-for", command->unused_for, &seconds))
		return false;
	/* 0 is "not given", and no token is older than the year 1970. */
	if (command->unused_for)
		filter.unused_since = seconds < now ? now - seconds : 1;
	if (!argument_period("expiring", command->expiring, &seconds))
		return false;
	if (command->expiring)
		filter.expiring_before = now + seconds;
	*ret = filter;
	return true;
}

bool filter_narrows(const struct client_filter *filter)
{
	return filter->state || filter->good_for || filter->unused_since || filter->expiring_before;
}
