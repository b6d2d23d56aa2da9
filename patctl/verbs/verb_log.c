/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* patctl log: the history of tokens. */
#include <pwd.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/bus.h"
#include "common/cleanup.h"
#include "common/error.h"
#include "common/l10n.h"
#include "patctl/base/pager.h"
#include "patctl/base/text.h"
#include "patctl/cli/argument.h"
#include "patctl/client/client.h"
#include "patctl/print/history_entry.h"
#include "patctl/print/json.h"
#include "patctl/print/json_record.h"
#include "patctl/print/output_context.h"
#include "patctl/verbs/check_user.h"
#include "patctl/verbs/history_filter.h"
#include "patctl/verbs/history_query.h"
#include "patctl/verbs/select.h"
#include "patctl/verbs/verb_log_verify.h"

static const struct option_info option_since = { "since", "WHEN",
	N_("entries since WHEN; \"2h\" is two hours ago"), 'S' };
static const struct option_info option_until = { "until", "WHEN", N_("entries before WHEN"), 'U' };
static const struct option_info option_reverse = { "reverse", NULL, N_("newest entries first"),
	'r' };
static const struct option_info option_lines = { "lines", "N", N_("only the last N entries"), 'n' };
static const struct option_info option_follow = { "follow", NULL,
	N_("wait for new entries and print them"), 'f' };
static const struct option_info option_verify = { "verify", NULL,
	N_("check whether the history was altered"), 0 };

#define FOLLOW_LINES 10 /* before the new entries, as of journalctl(1) */

struct output {
	const struct command *command;
	struct client *client;
	struct output_context context;
	struct client_history_filter filter;
	struct history_filter passing;
	struct pat_id *tokens; /* of which the history is asked for, n; 0: of all */
	size_t n;
	bool limited; /* to the last lines */
	uint64_t lines;
	uint64_t last; /* Seq of the newest entry that was read */
	bool found;    /* an entry was printed */
	bool follows;
	bool folds;             /* entries that are alike become one line */
	struct history_run run; /* read and not printed yet */
};

static void print_run(struct output *output)
{
	cleanup_text char *line = NULL;

	if (output->run.count == 0)
		return;
	line = history_run_line(&output->run, &output->context);
	(void)puts(line);
	output->run.count = 0;
}

static void print(struct output *output, const struct entry_row *entry)
{
	output->found = true;
	if (command_given(output->command, &option_json)) {
		json_history_entry(stdout, entry);
		(void)putchar('\n');
		return;
	}
	if (!output->follows)
		command_page(output->command);
	if (output->folds && history_run_add(&output->run, entry))
		return;
	print_run(output);
	(void)history_run_add(&output->run, entry);
	if (!output->folds)
		print_run(output);
}

/* The entries after Seq, oldest first. */
static bool print_after(struct output *output, uint64_t after, DBusError *error)
{
	struct client_history_filter filter = output->filter;
	cleanup_history struct history *history = NULL;
	const struct entry_row *entry;

	filter.after = after;
	history = history_new(output->client, &filter, output->tokens, output->n, 0);
	while (!pager_left() && (entry = history_next(history, error))) {
		if (history_filter_passes(&output->passing, entry))
			print(output, entry);
		output->last = entry->seq;
	}
	return !dbus_error_is_set(error);
}

/* Newest first. */
static bool print_reversed(struct output *output, DBusError *error)
{
	struct client_history_filter filter = output->filter;
	cleanup_history struct history *history = NULL;
	uint64_t left = output->limited ? output->lines : UINT64_MAX;
	const struct entry_row *entry;

	filter.reverse = true;
	history = history_new(output->client, &filter, output->tokens, output->n, 0);
	while (left > 0 && !pager_left() && (entry = history_next(history, error)))
		if (history_filter_passes(&output->passing, entry)) {
			print(output, entry);
			left--;
		}
	return !dbus_error_is_set(error);
}

/* The latest entries, which may be many: each in little memory. */
struct latest {
	void **items; /* owned, as what they point to: see record_keep() */
	size_t n, room;
};

static void latest_clear(struct latest *latest)
{
	for (size_t i = 0; i < latest->n; i++)
		free(latest->items[i]);
	free(latest->items);
}
#define cleanup_latest __attribute__((cleanup(latest_clear)))

static void latest_add(struct latest *latest, const struct entry_row *entry)
{
	if (latest->n == latest->room) {
		latest->room = latest->room ? 2 * latest->room : PAT_PAGE_MAX;
		latest->items = must_alloc(
			reallocarray(latest->items, latest->room, sizeof(*latest->items)));
	}
	latest->items[latest->n++] = record_keep(&entry_row_table, entry);
}

/*
 * The last lines, oldest first.  With --lines=0 the newest entry is read all the same: --follow
 * prints what comes after it.
 */
static bool print_last(struct output *output, DBusError *error)
{
	const bool all_pass = !history_filter_narrows(&output->passing);
	const uint64_t page = output->lines > 0 ? output->lines : 1;
	struct client_history_filter filter = output->filter;
	cleanup_history struct history *history = NULL;
	cleanup_latest struct latest latest = { 0 };
	const struct entry_row *next;
	struct entry_row entry;

	filter.reverse = true;
	history = history_new(output->client, &filter, output->tokens, output->n,
		all_pass && page < PAT_PAGE_MAX ? (uint32_t)page : 0);
	while ((output->last == 0 || latest.n < output->lines) &&
		(next = history_next(history, error))) {
		if (output->last == 0)
			output->last = next->seq;
		if (latest.n < output->lines && history_filter_passes(&output->passing, next))
			latest_add(&latest, next);
	}
	for (size_t i = latest.n; i-- > 0 && !dbus_error_is_set(error);) {
		record_kept(&entry_row_table, latest.items[i], &entry);
		print(output, &entry);
	}
	return !dbus_error_is_set(error);
}

static bool print_first(struct output *output, DBusError *error)
{
	bool ok;

	if (command_given(output->command, &option_reverse))
		ok = print_reversed(output, error);
	else
		ok = output->limited ? print_last(output, error) : print_after(output, 0, error);
	print_run(output);
	return ok && (output->found || output->n > 0 ||
			     user_check(output->client, output->filter.user, NULL, error));
}

static bool is_caller(const char *name)
{
	const struct passwd *user = getpwnam(name);

	return user && user->pw_uid == geteuid();
}

/*
 * Subscribes to the entries that the filters let through.  The caller's name on another machine is
 * not known here: a caller that may not subscribe to all entries there subscribes to its own.
 */
static bool subscribe(struct output *output, DBusError *error)
{
	const struct client_history_filter *filter = &output->filter;
	const bool away = client_host(output->client) != NULL;
	/* Root asks nobody who a user is: that there may be an entry is no more than a hint. */
	const bool all = filter->all || client_is_root(output->client) ||
			 (filter->user && (away || !is_caller(filter->user)));

	if (client_subscribe(output->client, all, error))
		return true;
	if (filter->all || !away || outcome_of(error)->outcome != OUTCOME_DENIED)
		return false;
	dbus_error_free(error);
	return client_subscribe(output->client, false, error);
}

static enum outcome follow(struct output *output)
{
	DBusError error = DBUS_ERROR_INIT;
	bool lost, ok;

	/* Before the first list, so that no entry is lost between the two. */
	if (!subscribe(output, &error) || !print_first(output, &error))
		return outcome_fail(NULL, &error);
	for (;;) {
		if (fflush(stdout) != 0)
			return OUTCOME_FAILED;
		if (!client_wait(output->client, &lost, &error))
			return outcome_fail(NULL, &error);
		ok = (!lost || subscribe(output, &error)) &&
		     print_after(output, output->last, &error);
		/* A patd that ends just now comes back, as client_wait() reports.  Each try would
		 * start one that does not start. */
		if (!ok && (outcome_of(&error)->outcome != OUTCOME_UNREACHABLE ||
				   dbus_error_has_name(&error, OUTCOME_ERROR_NOT_STARTED)))
			return outcome_fail(NULL, &error);
		dbus_error_free(&error);
	}
}

/* At any time, whatever --since and --until are. */
static bool has_history(const struct output *output, const struct pat_id *id)
{
	const struct client_history_filter filter = { .user = output->filter.user,
		.all = output->filter.all };
	cleanup_history struct history *history = history_new(output->client, &filter, id, 1, 1);
	DBusError error = DBUS_ERROR_INIT;
	const bool has = history_next(history, &error) != NULL;

	dbus_error_free(&error);
	return has;
}

/* The token itself is on standard input.  It may have leaked, and be deleted. */
static bool find_input_id(const struct output *output, struct pat_id *ret, DBusError *error)
{
	struct token_row token;

	return select_read_id(output->command, ret, error) &&
	       (has_history(output, ret) ||
		       select_id(output->client, output->filter.user, ret, &token, error));
}

/* The token that item means.  A deleted token still has a history, under its whole id. */
static bool find_id(
	const struct output *output, const char *item, struct pat_id *ret, DBusError *error)
{
	struct pat_id deleted = { 0 };
	struct token_row token;
	bool found;

	if (strcmp(item, SELECT_INPUT) == 0)
		return find_input_id(output, ret, error);
	found = select_token(output->command, output->client, item, &token, error);
	if (found)
		*ret = token.id;
	else if (pat_error_from_name(error->name) != PAT_ERR_NOT_FOUND)
		return false;
	if (!pat_id_valid(item) || (found && strcmp(token.id.text, item) == 0))
		return found;
	memcpy(deleted.text, item, sizeof(deleted.text));
	if (!has_history(output, &deleted))
		return found;
	if (found) {
		dbus_set_error(error, OUTCOME_ERROR_AMBIGUOUS,
			_("\"%s\" is ambiguous: it is the name of token %s, and the id of a deleted "
			  "token; to select one by its id: %s log --id ID"),
			deleted.text, token.id.text, client_self(output->client));
		return false;
	}
	dbus_error_free(error);
	*ret = deleted;
	return true;
}

static bool has_token(const struct output *output, const struct pat_id *id)
{
	for (size_t i = 0; i < output->n; i++)
		if (strcmp(output->tokens[i].text, id->text) == 0)
			return true;
	return false;
}

static enum outcome show(struct output *output)
{
	const struct command *command = output->command;
	cleanup_free struct pat_id *ids = must_alloc(calloc(command->n_operands + 1, sizeof(*ids)));
	DBusError error = DBUS_ERROR_INIT;

	output->tokens = ids;
	for (size_t i = 0; i < command->n_operands; i++) {
		struct pat_id *id = &ids[output->n];

		if (!find_id(output, command->operands[i], id, &error))
			return outcome_fail(NULL, &error);
		output->n += !has_token(output, id);
	}
	if (output->follows)
		return follow(output);
	return print_first(output, &error) ? OUTCOME_DONE : outcome_fail(NULL, &error);
}

/* Whether the command asks for some entries, or for an order. */
static bool selects(const struct command *command)
{
	const struct option_info *const *set = OPTIONS(&option_user, &option_id, &option_all,
		&option_since, &option_lines, &option_reverse, &option_event, &option_service);
	const struct option_info *option;
	bool any = command->n_operands > 0;

	for (size_t i = 0; (option = options_at(set, i)); i++)
		any = any || command_given(command, option);
	return any;
}

static bool check(const struct command *command, struct output *output)
{
	struct client_history_filter *filter = &output->filter;
	const bool since = command_given(command, &option_since),
		   lines = command_given(command, &option_lines);

	if (command_given(command, &option_verify) && selects(command)) {
		complain(_("--verify cannot be combined with other options or tokens"));
		return false;
	}
	output->follows = command_given(command, &option_follow);
	output->folds = output->context.terminal && !output->follows;
	if (output->follows && command_given(command, &option_reverse)) {
		complain(_("--%s and --%s cannot be combined"), option_reverse.name,
			option_follow.name);
		return false;
	}
	if (output->follows && !lines && !since)
		output->lines = FOLLOW_LINES;
	output->limited = lines || (output->follows && !since);
	return history_filter_of(command, &output->passing) &&
	       argument_time_before(command, &option_since, output->context.now, &filter->since) &&
	       argument_time_before(command, &option_until, output->context.now, &filter->until) &&
	       argument_number(command, &option_lines, 0, &output->lines);
}

static enum outcome run(const struct command *command)
{
	struct output output = { .command = command,
		.context = output_context_for(command_value(command, &option_host)),
		.filter = { .user = command_value(command, &option_user),
			.all = command_given(command, &option_all) } };
	cleanup_client struct client *client = NULL;
	DBusError error = DBUS_ERROR_INIT;

	if (!check(command, &output))
		return OUTCOME_USAGE;
	client = select_machine(command, &error);
	if (!client)
		return outcome_fail(NULL, &error);
	output.client = client;
	/* As select_token() does, which finds the ids of all users for root. */
	if (command->n_operands > 0 && !output.filter.user && client_is_root(client))
		output.filter.all = true;
	return command_given(command, &option_verify) ? log_verify(command, client) : show(&output);
}

const struct verb verb_log = { "log", "[TOKEN...]", run, N_("show the history of tokens"),
	OPTIONS(&option_user, &option_id, &option_all, &option_since, &option_until, &option_lines,
		&option_reverse, &option_event, &option_service, &option_elsewhere, &option_follow,
		&option_verify, OPTIONS_COMMON, &option_no_pager),
	{ N_("Shows the history of your tokens, of the given tokens, or with --all of those of\n"
	     "all users, oldest first: who generated, changed or used them and from where, and\n"
	     "which logins were refused.  The first use from a network or through a service is\n"
	     "marked.  On a terminal, entries in a row that differ in their time alone are one\n"
	     "line.\n"),
		N_("WHEN is as for journalctl: \"2027-01-31 18:00\", \"18:00\", yesterday, today, now\n"
		   "or a period back, \"2h\", \"-2h\" or \"2h ago\".  EVENT and SERVICE may be lists\n"
		   "with commas.  --follow starts with the last 10 entries unless --lines or --since\n"
		   "is given, and ends with Ctrl-C.  --json prints one object per line.\n"),
		N_("--verify checks, for an administrator, that the history was not altered.  The\n"
		   "exit status is 0 if the history is intact, and 1 if it was altered.\n"),
		select_help, N_("A deleted token is identified by its full id.\n") },
	"  patctl log laptop --since=yesterday\n"
	"  patctl log --event=refused --reverse\n"
	"  sudo patctl log --all --follow\n"
	"  sudo patctl log --verify\n",
	.exclusive = { OPTIONS(&option_user, &option_all),
		OPTIONS(&option_until, &option_follow, &option_verify) },
	.aliases = { "history" }, .synonyms = { "journal" } };
