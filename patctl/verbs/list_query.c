/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Which tokens patctl list shows, and revoke, restore and delete take. */
#include "patctl/verbs/list_query.h"

#include <string.h>

#include "common/l10n.h"
#include "patctl/cli/argument.h"

const char *const filter_states[] = { N_("active"), N_("revoked"), N_("expired"), N_("ended"),
	N_("exhausted"), N_("disabled"), N_("pending"), N_("stale"), N_("unknown-issuer"),
	N_("altered"), NULL };

const struct option_info option_state = { "state", "STATE",
	N_("only tokens in this state, or in these"), 0 };
const struct option_info option_unused_for = { "unused-for", "PERIOD",
	N_("only tokens unused for PERIOD"), 0 };
const struct option_info option_expiring = { "expiring", "PERIOD",
	N_("only tokens expired or expiring within PERIOD"), 0 };

const struct option_info option_revoked_since = { "revoked-since", "WHEN",
	N_("only tokens revoked since WHEN; \"2h\" is two hours ago"), 0 };

bool filter_is_ended(const char *state)
{
	static const char *const alive[] = { "active", "disabled", "pending", "stale" };

	for (size_t i = 0; i < sizeof(alive) / sizeof(alive[0]); i++)
		if (strcmp(state, alive[i]) == 0)
			return false;
	return true;
}

/* The item of a list with commas that begins there: its length. */
static size_t item_len(const char *list)
{
	return strcspn(list, ",");
}

static bool is_state(const char *item)
{
	for (size_t i = 0; filter_states[i]; i++)
		if (strlen(filter_states[i]) == item_len(item) &&
			memcmp(filter_states[i], item, item_len(item)) == 0)
			return true;
	return false;
}

static bool check_states(const char *states)
{
	for (const char *at = states; at; at = strchr(at, ',')) {
		at += at > states; /* past the comma */
		if (!is_state(at))
			return argument_wrong(&option_state, states,
				N_("a state is active, revoked, expired, ended, exhausted, "
				   "disabled, pending, stale, unknown-issuer or altered"));
	}
	return true;
}

bool filter_has_state(const char *states, const char *state)
{
	for (const char *at = states; at; at = strchr(at, ',')) {
		at += at > states;
		if (strlen(state) == item_len(at) && memcmp(state, at, item_len(at)) == 0)
			return true;
	}
	return !states;
}

bool filter_of(const struct command *command, uint64_t now, struct client_filter *ret)
{
	const char *states = command_value(command, &option_state);
	uint64_t unused = 0, ahead = 0; /* seconds, 0 if not given */

	*ret = (struct client_filter) {
		.user = command_value(command, &option_user),
		.all = command_given(command, &option_all),
		.state = states && !strchr(states, ',') ? states : NULL,
		.good_for = command_value(command, &option_service),
	};
	if ((states && !check_states(states)) ||
		!argument_period(command, &option_unused_for, &unused) ||
		!argument_period(command, &option_expiring, &ahead) ||
		!argument_time_before(command, &option_revoked_since, now, &ret->revoked_since))
		return false;
	/* Not 0, which is "not given"; no token is older than the year 1970. */
	if (unused)
		ret->unused_since = unused < now ? now - unused : 1;
	if (ahead)
		ret->expiring_before = now + ahead;
	return true;
}

bool filter_given(const struct command *command)
{
	return command_given(command, &option_state) || command_given(command, &option_service) ||
	       command_given(command, &option_unused_for) ||
	       command_given(command, &option_expiring) ||
	       command_given(command, &option_revoked_since);
}

void filter_keep(
	const struct command *command, const struct client_filter *filter, struct records *tokens)
{
	const char *states = command_value(command, &option_state);
	const uint64_t since = filter->revoked_since;
	struct token_row *items = tokens->items;
	size_t kept = 0;

	for (size_t i = 0; i < tokens->n; i++) {
		if (!filter_has_state(states, items[i].state) ||
			(since && (items[i].revoked_at < since ||
					  strcmp(items[i].state, "revoked") != 0)))
			continue;
		if (kept < i)
			items[kept] = items[i];
		kept++;
	}
	tokens->n = kept;
}
