/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Changes of all tokens that --all and the filters of patctl list select. */
#include "patctl/verbs/bulk_change.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "common/l10n.h"
#include "patctl/base/text.h"
#include "patctl/base/user_lookup.h"
#include "patctl/cli/argument.h"
#include "patctl/print/terminal.h"
#include "patctl/verbs/check_user.h"
#include "patctl/verbs/list_query.h"
#include "patctl/verbs/sorted_list.h"
#include "patctl/verbs/unheard.h"

/* What a question is about, and what is done. */
struct bulk {
	const struct command *command;
	const struct change *change;
	struct client_filter filter;
	struct sorted_list tokens; /* by user */
	unsigned int suspended;    /* tokens that were left out as they come back by themselves, */
	unsigned int compromised, expired; /* and as they cannot be restored */
	uint64_t now; /* by patd's clock, before anything is changed: seconds since 1970 UTC */
};

static bool is_suspended(const struct token_row *token)
{
	return strcmp(token->state, "revoked") == 0 && token->revoked_until != 0;
}

static bool takes_restore(struct bulk *bulk, const struct token_row *token)
{
	enum pat_error refusal;

	if (!change_unrestorable(token, bulk->now, &refusal))
		return true;
	bulk->compromised += refusal == PAT_ERR_NOT_RESTORABLE;
	bulk->expired += refusal == PAT_ERR_EXPIRED;
	return false;
}

/* Whether patd would change a token that is revoked: it never loosens what is so already. */
static bool tightens(const struct client_revocation *revocation, const struct token_row *token)
{
	const uint64_t until = (uint64_t)time(NULL) + revocation->seconds;
	const char *reason = revocation->reason;

	if (revocation->end_sessions && token->sessions > 0)
		return true;
	if (is_suspended(token) && (!revocation->seconds || until > token->revoked_until))
		return true;
	return reason && strcmp(token->revoked_reason, "compromised") != 0 &&
	       strcmp(token->revoked_reason, reason) != 0;
}

/* Whether the change makes sense for the token: what patd would refuse, or do nothing for, is not.
 */
static bool takes(struct bulk *bulk, const struct token_row *token)
{
	const struct client_revocation *revocation = bulk->change->revocation;
	const bool revoked = strcmp(token->state, "revoked") == 0;

	if (bulk->change->restores)
		return takes_restore(bulk, token);
	if (!revocation && is_suspended(token)) {
		bulk->suspended++;
		return false;
	}
	return !revocation ||
	       (strcmp(token->state, "altered") != 0 && (!revoked || tightens(revocation, token)));
}

/* Reads all before anything is changed: a change may move a token in patd's order. */
static bool read_tokens(struct bulk *bulk, struct client *client, DBusError *error)
{
	cleanup_records struct records page = { 0 };
	cleanup_text char *cursor = NULL;

	bulk->tokens.sort.key = SORT_USER;
	do {
		if (!client_list(client, &bulk->filter, &cursor, &page, error))
			return false;
		filter_keep(bulk->command, &bulk->filter, &page);
		for (size_t i = 0; i < page.n; i++) {
			const struct token_row *token = (const struct token_row *)page.items + i;

			if (takes(bulk, token))
				sorted_list_add(&bulk->tokens, token);
		}
		page.n = 0;
	} while (cursor);
	sorted_list_sort(&bulk->tokens);
	return bulk->tokens.n > 0 || user_check(client, bulk->filter.user, NULL, error);
}

static enum outcome decline(const struct change *change)
{
	complain("%s", change->revocation ? _("nothing was revoked")
		       : change->restores ? _("nothing was restored")
					  : _("nothing was deleted"));
	return OUTCOME_DECLINED;
}

/* --- what is done --- */

static void say_what_is_left(const struct bulk *bulk)
{
	if (bulk->tokens.n == 0 && !command_given(bulk->command, &option_json))
		note(_("No tokens match.\n"));
	if (bulk->suspended > 0)
		note(P_("%u suspended token is left out; to delete it, name it.\n",
			     "%u suspended tokens are left out; to delete them, name them.\n",
			     bulk->suspended),
			bulk->suspended);
	if (bulk->compromised > 0)
		note(P_("%u token is left out: it was revoked as compromised.\n",
			     "%u tokens are left out: they were revoked as compromised.\n",
			     bulk->compromised),
			bulk->compromised);
	if (bulk->expired > 0)
		note(P_("%u token is left out: it has expired.\n",
			     "%u tokens are left out: they have expired.\n", bulk->expired),
			bulk->expired);
}

/* A person who has revoked too many needs exactly those back. */
static void say_how_to_undo(const struct bulk *bulk, const struct client *client)
{
	const struct client_revocation *how = bulk->change->revocation;
	const char *user = bulk->filter.user;
	cleanup_text char *of = user && text_is_word(user) ? text_format(" --user=%s", user) : NULL;

	if (!how || (how->reason && strcmp(how->reason, "compromised") == 0) || (user && !of) ||
		command_given(bulk->command, &option_dry_run) ||
		command_given(bulk->command, &option_json) ||
		command_given(bulk->command, &option_quiet) || !terminal_can_ask())
		return;
	(void)fflush(stdout);
	note(_("To undo this: %s restore%s --revoked-since=@%" PRIu64 "\n"), client_self(client),
		of                 ? of
		: bulk->filter.all ? " --all"
				   : "",
		bulk->now);
}

/* After the first n tokens patd could not be reached any more. */
static void say_what_was_not_tried(const struct bulk *bulk, size_t n)
{
	const size_t left = bulk->tokens.n - n;

	if (left > 0)
		complain(P_("%zu more token was not changed", "%zu more tokens were not changed",
				 left),
			left);
}

static enum outcome change_all(struct bulk *bulk, struct client *client)
{
	struct tally tally = {
		.command = bulk->command,
		.change = bulk->change,
		.client = client,
		.user = command_value(bulk->command, &option_user),
		.opened = opened_sessions_of(bulk->command, client, bulk->filter.all),
	};
	struct token_row token;
	bool reachable = true;
	size_t i = 0;

	for (; i < bulk->tokens.n && reachable; i++) {
		sorted_list_get(&bulk->tokens, i, &token);
		reachable = change_one(&tally, NULL, &token) != OUTCOME_UNREACHABLE;
	}
	say_what_was_not_tried(bulk, i);
	if (bulk->tokens.n > 0)
		say_how_to_undo(bulk, client);
	return change_end(&tally);
}

/* Whether a person must be asked who cannot be. */
static bool is_unasked(const struct command *command)
{
	return !command_given(command, &option_yes) && !command_given(command, &option_dry_run) &&
	       !terminal_can_ask();
}

static bool wants(const struct bulk *bulk)
{
	return bulk->tokens.n == 0 || command_given(bulk->command, &option_yes) ||
	       command_given(bulk->command, &option_dry_run) ||
	       bulk_confirm(bulk->change, &bulk->tokens);
}

/* Whether --all means the tokens of all users; all of the caller's own, if not. */
static bool means_everybodys(const struct client *client, const char *user)
{
	return !user && client_is_root(client);
}

/* What delete takes if no state is given, and what it can take. */
static bool choose_states(struct bulk *bulk)
{
	const char *states = command_value(bulk->command, &option_state);

	if (bulk->change->revocation)
		return true;
	if (bulk->change->restores || !states)
		bulk->filter.state = "revoked";
	for (size_t i = 0; states && filter_states[i]; i++)
		if (!filter_is_ended(filter_states[i]) &&
			filter_has_state(states, filter_states[i]))
			return argument_wrong(&option_state, states,
				N_("only revoked, expired, ended, exhausted, unknown-issuer and "
				   "altered tokens can be deleted"));
	return true;
}

enum outcome bulk_change(const struct command *command, const struct change *change)
{
	cleanup_client struct client *client = NULL;
	struct bulk bulk = { .command = command, .change = change };
	DBusError error = DBUS_ERROR_INIT;
	enum outcome outcome;

	if (!filter_of(command, (uint64_t)time(NULL), &bulk.filter) || !choose_states(&bulk))
		return OUTCOME_USAGE;
	if (is_unasked(command)) {
		complain("%s",
			change->revocation
				? _("not a terminal; use --yes to revoke without confirmation")
			: change->restores
				? _("not a terminal; use --yes to restore without confirmation")
				: _("not a terminal; use --yes to delete without confirmation"));
		return OUTCOME_DECLINED;
	}
	client = select_machine(command, &error);
	bulk.filter.all = bulk.filter.all && client && means_everybodys(client, bulk.filter.user);
	if (!client || !client_now(client, &bulk.now, &error) ||
		!read_tokens(&bulk, client, &error)) {
		sorted_list_clear(&bulk.tokens);
		return outcome_fail(NULL, &error);
	}
	if (!command_given(command, &option_quiet))
		say_what_is_left(&bulk);
	if (wants(&bulk)) {
		outcome = change_all(&bulk, client);
	} else {
		outcome = decline(change);
		if (command_given(command, &option_json))
			json_list_end(&(struct json_list) { 0 });
	}
	sorted_list_clear(&bulk.tokens);
	return outcome;
}

/* --- revoke --all --- */

static void print_count(const struct command *command, uint64_t count)
{
	if (command_given(command, &option_json))
		json_line(json_must(json_pack("{s:I}", "revoked", (json_int_t)count)));
	else if (!command_given(command, &option_quiet))
		(void)printf(
			P_("%" PRIu64 " token successfully revoked\n",
				"%" PRIu64 " tokens successfully revoked\n", (unsigned long)count),
			count);
}

/* One by one: patd revokes together those of one user only. */
static enum outcome revoke_everybodys(const struct bulk *bulk, struct client *client)
{
	struct opened_sessions opened = opened_sessions_of(bulk->command, client, true);
	enum outcome outcome = OUTCOME_DONE;
	uint64_t count = 0;
	bool shared = false;
	size_t i = 0;

	for (; i < bulk->tokens.n && outcome != OUTCOME_UNREACHABLE; i++) {
		DBusError error = DBUS_ERROR_INIT;
		cleanup_text char *name = NULL, *subject = NULL;
		struct token_row token;

		sorted_list_get(&bulk->tokens, i, &token);
		if (client_revoke(client, &token.id, bulk->change->revocation, &error)) {
			count += strcmp(token.state, "revoked") != 0;
			opened_sessions_add(&opened, &token);
			shared |= token.issuer[0] != '\0';
			continue;
		}
		name = text_safe(token.name);
		subject = text_format("%s (%s)", name, token.id.text);
		outcome = outcome_fail(subject, &error) == OUTCOME_UNREACHABLE ? OUTCOME_UNREACHABLE
									       : OUTCOME_FAILED;
	}
	say_what_was_not_tried(bulk, i);
	print_count(bulk->command, count);
	if (count > 0)
		say_how_to_undo(bulk, client);
	if (shared)
		unheard_note(bulk->command, client);
	return opened_sessions_end(&opened, outcome);
}

/* One who is gone, without a token left, is no mistake. */
static bool was_user(struct client *client, const char *user, const DBusError *error)
{
	DBusError ignored = DBUS_ERROR_INIT;
	struct system_user found;
	const bool was = user && !client_host(client) &&
			 pat_error_from_name(error->name) == PAT_ERR_UNKNOWN_USER &&
			 user_lookup(user, USER_LOOKUP_LIMIT, &found) == USER_UNKNOWN &&
			 user_known(client, user, &ignored);

	dbus_error_free(&ignored);
	return was;
}

static enum outcome revoke_users(const struct bulk *bulk, struct client *client)
{
	struct opened_sessions opened = opened_sessions_of(bulk->command, client, false);
	const char *user = bulk->filter.user ? bulk->filter.user : "";
	const size_t before = opened_sessions_count(&opened, user);
	DBusError error = DBUS_ERROR_INIT;
	uint64_t count = 0;

	if (!client_revoke_all(
		    client, bulk->filter.user, bulk->change->revocation, &count, &error) &&
		!was_user(client, bulk->filter.user, &error))
		return outcome_fail(NULL, &error);
	dbus_error_free(&error);
	print_count(bulk->command, count);
	if (count > 0) {
		say_how_to_undo(bulk, client);
		unheard_note_of(bulk->command, client, bulk->filter.user, bulk->now);
	}
	opened_sessions_add_user(&opened, user, before);
	return opened_sessions_end(&opened, OUTCOME_DONE);
}

/*
 * A person on a terminal is asked; for the tokens of all users, which root's --all means, a script
 * has to say --yes.  Who need not be asked does not wait for a list.
 */
static enum outcome revoke_all(struct bulk *bulk, struct client *client)
{
	const struct command *command = bulk->command;
	const bool yes = command_given(command, &option_yes),
		   dry = command_given(command, &option_dry_run);
	DBusError error = DBUS_ERROR_INIT;

	if (bulk->filter.all && is_unasked(command)) {
		complain(_("--all means the tokens of all users; use --user=USER for those of one, "
			   "or --yes to revoke all without confirmation"));
		return OUTCOME_DECLINED;
	}
	if ((bulk->filter.all || dry || (!yes && terminal_can_ask())) &&
		!read_tokens(bulk, client, &error))
		return outcome_fail(NULL, &error);
	if (dry)
		return change_all(bulk, client);
	if (!yes && terminal_can_ask() && !wants(bulk)) {
		if (command_given(command, &option_json))
			print_count(command, 0);
		return decline(bulk->change);
	}
	return bulk->filter.all ? revoke_everybodys(bulk, client) : revoke_users(bulk, client);
}

enum outcome bulk_revoke_all(
	const struct command *command, const struct client_revocation *revocation)
{
	const struct change change = { .revocation = revocation };
	DBusError error = DBUS_ERROR_INIT;
	cleanup_client struct client *client = select_machine(command, &error);
	struct bulk bulk = { .command = command,
		.change = &change,
		.filter = { .user = command_value(command, &option_user) } };
	enum outcome outcome;

	if (!client || !client_now(client, &bulk.now, &error))
		return outcome_fail(NULL, &error);
	bulk.filter.all = means_everybodys(client, bulk.filter.user);
	outcome = revoke_all(&bulk, client);
	sorted_list_clear(&bulk.tokens);
	return outcome;
}
