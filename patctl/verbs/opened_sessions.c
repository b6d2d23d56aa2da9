/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What became of the sessions that tokens had opened. */
#include "patctl/verbs/opened_sessions.h"

#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>

#include "common/l10n.h"
#include "patctl/base/monotonic.h"
#include "patctl/base/text.h"
#include "patctl/base/timestamp.h"

#define WAIT_MS 2000
#define LOOK_MS 50
#define SHOWN_MAX 20 /* sessions that are still open */

const struct option_info option_end_sessions = { "end-sessions", NULL,
	N_("also end the sessions that the tokens opened"), 0 };

struct opened_sessions opened_sessions_of(
	const struct command *command, struct client *client, bool all)
{
	const char *user = command_value(command, &option_user);

	return (struct opened_sessions) {
		.command = command,
		.client = client,
		.user = user,
		.all = all && !user,
		.hints = true,
		.tokens = { .table = token_row_table() },
	};
}

void opened_sessions_add(struct opened_sessions *opened, const struct token_row *token)
{
	opened->changed++;
	if (token->sessions == 0)
		return;
	records_append(&opened->tokens, token);
	opened->before += token->sessions;
}

static bool is_wanted(const struct opened_sessions *opened)
{
	return command_given(opened->command, &option_end_sessions);
}

/* Appends those of all tokens of the user; "": of the caller's, or of everybody's. */
static bool list_of_user(const struct opened_sessions *opened, const char *user,
	struct records *ret, DBusError *error)
{
	const struct client_session_filter filter = {
		.user = *user != '\0' ? user : NULL,
		.all = opened->all && *user == '\0',
	};

	return client_all_sessions(opened->client, &filter, ret, error);
}

/* Appends those that are open. */
static bool list(const struct opened_sessions *opened, struct records *ret, DBusError *error)
{
	const struct token_row *tokens = opened->tokens.items;

	for (size_t i = 0; i < opened->n_users; i++)
		if (!list_of_user(opened, opened->users[i], ret, error))
			return false;
	for (size_t i = 0; i < opened->tokens.n; i++) {
		const struct client_session_filter filter = {
			.user = opened->user, .all = opened->all, .token = tokens[i].id.text
		};

		if (!client_all_sessions(opened->client, &filter, ret, error))
			return false;
	}
	return true;
}

size_t opened_sessions_count(const struct opened_sessions *opened, const char *user)
{
	cleanup_records struct records open = { .table = &session_row_table };
	DBusError ignored = DBUS_ERROR_INIT;
	const bool listed = is_wanted(opened) && list_of_user(opened, user, &open, &ignored);

	dbus_error_free(&ignored);
	return listed ? open.n : 0;
}

void opened_sessions_add_user(struct opened_sessions *opened, const char *user, size_t before)
{
	opened->changed++;
	opened->before += before;
	names_add(&opened->users, &opened->n_users, user);
}

/* Whether logind may be about to end one of them. */
static bool is_any_ending(const struct records *open)
{
	const struct session_row *sessions = open->items;

	for (size_t i = 0; i < open->n; i++)
		if (sessions[i].ending && sessions[i].logind[0] != '\0')
			return true;
	return false;
}

/* *ret gets those that are open when logind had time. */
static bool wait_for_end(
	const struct opened_sessions *opened, struct records *ret, DBusError *error)
{
	const int64_t until = monotonic_ms() + WAIT_MS;

	while (list(opened, ret, error)) {
		if (!is_any_ending(ret) || monotonic_ms() >= until)
			return true;
		records_clear(ret);
		(void)poll(NULL, 0, LOOK_MS);
	}
	return false;
}

/* Why it was not ended, and what ends it: it is a process within another session, or logind failed.
 */
static void tell_open(const struct opened_sessions *opened, const struct session_row *session)
{
	cleanup_text char *service = text_safe(session->service), *user = text_safe(session->user),
			  *logind = text_safe(session->logind),
			  *since = timestamp_local(session->opened_at),
			  *way = *logind != '\0'
					 ? text_format("loginctl terminate-session %s", logind)
					 : text_format("kill %" PRIu32, session->pid);

	if (client_host(opened->client))
		complain(
			_("still open: %s, pid %" PRIu32 " (user %s, since %s); to end it, on that "
			  "machine: %s"),
			service, session->pid, user, since, way);
	else
		complain(_("still open: %s, pid %" PRIu32 " (user %s, since %s); to end it: %s"),
			service, session->pid, user, since, way);
}

/* Those that are to be ended.  Their number. */
static size_t tell_all_open(const struct opened_sessions *opened, const struct records *open)
{
	const struct session_row *sessions = open->items;
	size_t n = 0;

	for (size_t i = 0; i < open->n; i++) {
		if (!sessions[i].ending && !is_wanted(opened))
			continue;
		if (n++ < SHOWN_MAX)
			tell_open(opened, &sessions[i]);
	}
	if (n > SHOWN_MAX)
		complain(P_("still open: %zu more session; to list all: %s sessions",
				 "still open: %zu more sessions; to list all: %s sessions",
				 n - SHOWN_MAX),
			n - SHOWN_MAX, client_self(opened->client));
	return n;
}

static void tell_ended(const struct opened_sessions *opened, size_t open)
{
	const size_t n = opened->before > open ? opened->before - open : 0;

	if (n > 0)
		note(P_("Ended %zu session.\n", "Ended %zu sessions.\n", n), n);
	else if (is_wanted(opened) && open == 0)
		note(_("No sessions were open.\n"));
}

/* The command that ends those of the one token. */
static char *way_of(const struct opened_sessions *opened, const struct token_row *token)
{
	const char *self = client_self(opened->client), *user = opened->user;

	if (!text_is_word(token->name) || (user && !text_is_word(user)) || (!user && opened->all))
		return text_format("%s revoke --end-sessions --id %s", self, token->id.text);
	return text_format("%s revoke --end-sessions %s%s%s%s", self, user ? "--user=" : "",
		user ? user : "", user ? " " : "", token->name);
}

static void tell_going_on(const struct opened_sessions *opened, size_t n)
{
	cleanup_text char *way = NULL;

	if (opened->n_users > 0 || opened->tokens.n != 1) {
		note(P_("%zu session goes on; the same command with --end-sessions ends it\n",
			     "%zu sessions go on; the same command with --end-sessions ends them\n",
			     n),
			n);
		return;
	}
	way = way_of(opened, opened->tokens.items);
	note(P_("%zu session that it opened goes on; to end it: %s\n",
		     "%zu sessions that it opened go on; to end them: %s\n", n),
		n, way);
}

static enum outcome tell(
	const struct opened_sessions *opened, const struct records *open, enum outcome sofar)
{
	const bool quiet = command_given(opened->command, &option_quiet);
	size_t ending;

	(void)fflush(stdout);
	if (!quiet)
		tell_ended(opened, open->n);
	ending = tell_all_open(opened, open);
	if (!quiet && opened->hints && open->n > ending)
		tell_going_on(opened, open->n - ending);
	return ending > 0 && is_wanted(opened) && sofar == OUTCOME_DONE ? OUTCOME_FAILED : sofar;
}

/* For the hint alone polkit is not asked. */
static bool may_hint(const struct opened_sessions *opened)
{
	return opened->hints && !command_given(opened->command, &option_quiet) &&
	       (client_is_root(opened->client) ||
		       (opened->n_users == 1 && opened->users[0][0] == '\0'));
}

static bool is_due(const struct opened_sessions *opened, enum outcome sofar)
{
	if (sofar == OUTCOME_UNREACHABLE || opened->changed == 0)
		return false;
	return is_wanted(opened) || opened->tokens.n > 0 ||
	       (opened->n_users > 0 && may_hint(opened));
}

enum outcome opened_sessions_end(struct opened_sessions *opened, enum outcome sofar)
{
	cleanup_records struct records open = { .table = &session_row_table };
	DBusError error = DBUS_ERROR_INIT;
	enum outcome outcome = sofar;

	if (is_due(opened, sofar)) {
		if (wait_for_end(opened, &open, &error))
			outcome = tell(opened, &open, sofar);
		else if (is_wanted(opened))
			outcome = outcome_fail(_("cannot see whether sessions have ended"), &error);
	}
	dbus_error_free(&error);
	records_clear(&opened->tokens);
	names_free(&opened->users);
	return outcome;
}
