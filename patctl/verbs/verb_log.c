/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* patctl log: the history of tokens. */
#include <inttypes.h>
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
#include "patctl/base/text.h"
#include "patctl/cli/argument.h"
#include "patctl/client/client.h"
#include "patctl/print/history_entry.h"
#include "patctl/print/json.h"
#include "patctl/print/output_context.h"
#include "patctl/verbs/history_query.h"
#include "patctl/verbs/select.h"

static const struct option_info option_since = { "since", "WHEN",
	N_("not before; \"2h\" is two hours ago"), 0 };
static const struct option_info option_until = { "until", "WHEN", N_("before that time"), 0 };
static const struct option_info option_lines = { "lines", "N", N_("only the last N"), 'n' };
static const struct option_info option_follow = { "follow", NULL, N_("then wait for what is new"),
	'f' };
static const struct option_info option_verify = { "verify", NULL,
	N_("say whether the history was altered"), 0 };

#define FOLLOW_LINES 10 /* before the new entries, as of journalctl(1) */

struct output {
	const struct command *command;
	struct client *client;
	struct output_context context;
	struct client_history_filter *filters; /* one, or one for each token */
	size_t n;
	bool limited; /* to the last lines */
	uint64_t lines;
	uint64_t last; /* Seq of the newest entry that was read */
};

static void print(const struct output *output, const struct history_entry *entry)
{
	cleanup_text char *line = NULL;

	if (command_given(output->command, &option_json)) {
		json_line(json_of_history_entry(entry));
		return;
	}
	line = history_entry_line(entry, &output->context);
	(void)puts(line);
}

/* The entries behind Seq after, oldest first. */
static bool print_after(struct output *output, uint64_t after, DBusError *error)
{
	cleanup_history struct history *history = NULL;
	bool end = false;

	for (size_t i = 0; i < output->n; i++)
		output->filters[i].after = after;
	history = history_new(output->client, output->filters, output->n, 0);
	for (;;) {
		struct history_entry entry;

		if (!history_next(history, &entry, &end, error))
			return false;
		if (end)
			return true;
		print(output, &entry);
		output->last = entry.seq;
		record_clear(&history_entry_type, &entry);
	}
}

/* Appends the next n entries, or as many as there are. */
static bool read_entries(
	struct history *history, uint64_t n, struct records *entries, DBusError *error)
{
	while (entries->n < n) {
		struct history_entry entry;
		bool end;

		if (!history_next(history, &entry, &end, error))
			return false;
		if (end)
			break;
		/* The size doubles at each power of two, so that it follows from n. */
		if ((entries->n & (entries->n - 1)) == 0)
			entries->items = text_must(reallocarray(
				entries->items, entries->n ? 2 * entries->n : 1, sizeof(entry)));
		((struct history_entry *)entries->items)[entries->n++] = entry;
	}
	return true;
}

static void set_reverse(struct output *output, bool reverse)
{
	for (size_t i = 0; i < output->n; i++)
		output->filters[i].reverse = reverse;
}

/*
 * The last lines, oldest first.  With --lines=0 the newest entry is read all the same: --follow
 * prints what comes after it.
 */
static bool print_last(struct output *output, DBusError *error)
{
	const uint64_t wanted = output->lines > 0 ? output->lines : 1;
	cleanup_history struct history *history = NULL;
	cleanup_records struct records entries = { .type = &history_entry_type };
	const struct history_entry *newest_first;

	set_reverse(output, true);
	history = history_new(output->client, output->filters, output->n,
		wanted < PAT_PAGE_MAX ? (uint32_t)wanted : 0);
	if (!read_entries(history, wanted, &entries, error))
		return false;
	set_reverse(output, false);
	newest_first = entries.items;
	if (entries.n > 0)
		output->last = newest_first[0].seq;
	for (size_t i = entries.n; i-- > 0;)
		if (i < output->lines)
			print(output, &newest_first[i]);
	return true;
}

static bool print_first(struct output *output, DBusError *error)
{
	return output->limited ? print_last(output, error) : print_after(output, 0, error);
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
	const struct client_history_filter *filter = &output->filters[0];
	const bool away = client_host(output->client) != NULL;
	const bool all = filter->all || (filter->user && (away || !is_caller(filter->user)));

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
		/* A patd that ends just now comes back, and client_wait() tells. */
		if (!ok && outcome_of(&error)->outcome != OUTCOME_UNREACHABLE)
			return outcome_fail(NULL, &error);
		dbus_error_free(&error);
	}
}

static enum outcome verify(const struct command *command, struct client *client)
{
	struct client_verification found;
	DBusError error = DBUS_ERROR_INIT;
	cleanup_text char *problem = NULL;
	struct progress progress;
	bool verified;

	progress_begin(&progress, _("Checking the history"), command_given(command, &option_quiet));
	verified = client_verify(client, &progress, &found, &error);
	progress_end(&progress);
	if (!verified)
		return outcome_fail(NULL, &error);
	problem = text_safe(found.problem);
	if (command_given(command, &option_json))
		json_line(json_must(json_pack("{s:I, s:I, s:o, s:o}", "entries",
			(json_int_t)found.entries, "first", (json_int_t)found.first, "bad",
			json_of_nonzero(found.bad), "problem", json_of_text(found.problem))));
	else if (!found.bad && !command_given(command, &option_quiet))
		(void)printf(P_("The history is as patd wrote it: %" PRIu64
				" entry, from number %" PRIu64 " on.\n",
				     "The history is as patd wrote it: %" PRIu64
				     " entries, from number %" PRIu64 " on.\n",
				     (unsigned long)found.entries),
			found.entries, found.first);
	if (found.bad)
		complain(_("the history was altered at entry %" PRIu64 ": %s"), found.bad,
			text_translated(problem));
	text_free(&found.problem);
	return found.bad ? OUTCOME_FAILED : OUTCOME_DONE;
}

static bool has_history(
	struct client *client, const struct client_history_filter *base, const char *id)
{
	struct client_history_filter filter = *base;
	cleanup_history struct history *history = NULL;
	cleanup_records struct records entries = { .type = &history_entry_type };
	DBusError error = DBUS_ERROR_INIT;
	bool read;

	filter.token = id;
	history = history_new(client, &filter, 1, 1);
	read = read_entries(history, 1, &entries, &error);
	dbus_error_free(&error);
	return read && entries.n > 0;
}

/* The token that item means.  A deleted token still has a history, under its whole id. */
static bool find_id(struct client *client, const struct client_history_filter *base,
	const char *item, struct pat_id *ret, DBusError *error)
{
	cleanup_token struct token token = { 0 };

	if (select_token(client, base->user, item, &token, error)) {
		*ret = token.id;
		return true;
	}
	if (pat_error_from_name(error->name) != PAT_ERR_NOT_FOUND || !pat_id_valid(item) ||
		!has_history(client, base, item))
		return false;
	dbus_error_free(error);
	memcpy(ret->text, item, sizeof(ret->text));
	return true;
}

static bool has_token(const struct output *output, const struct pat_id *id)
{
	for (size_t i = 0; i < output->n; i++)
		if (strcmp(output->filters[i].token, id->text) == 0)
			return true;
	return false;
}

/* A filter for each token.  A token that is named twice gets one. */
static bool add_tokens(struct output *output, const struct client_history_filter *base,
	struct pat_id *ids, DBusError *error)
{
	const struct command *command = output->command;

	for (size_t i = 0; i < command->n_operands; i++) {
		struct pat_id *id = &ids[output->n];

		if (!find_id(output->client, base, command->operands[i], id, error))
			return false;
		if (has_token(output, id))
			continue;
		output->filters[output->n] = *base;
		output->filters[output->n++].token = id->text;
	}
	return true;
}

static enum outcome show(struct output *output, const struct client_history_filter *base)
{
	const size_t most = output->command->n_operands > 0 ? output->command->n_operands : 1;
	cleanup_free struct client_history_filter *filters =
		text_must(calloc(most, sizeof(*filters)));
	cleanup_free struct pat_id *ids = text_must(calloc(most, sizeof(*ids)));
	DBusError error = DBUS_ERROR_INIT;

	output->filters = filters;
	if (output->command->n_operands == 0)
		output->filters[output->n++] = *base;
	if (!add_tokens(output, base, ids, &error))
		return outcome_fail(NULL, &error);
	if (command_given(output->command, &option_follow))
		return follow(output);
	return print_first(output, &error) ? OUTCOME_DONE : outcome_fail(NULL, &error);
}

static bool check(
	const struct command *command, struct output *output, struct client_history_filter *base)
{
	const bool since = command_given(command, &option_since),
		   lines = command_given(command, &option_lines),
		   follows = command_given(command, &option_follow);

	if (command_given(command, &option_verify) &&
		(command->n_operands > 0 || base->all || base->user || since || lines)) {
		complain(_("--verify is about the whole history: leave the rest out"));
		return false;
	}
	if (follows && !lines && !since)
		output->lines = FOLLOW_LINES;
	output->limited = lines || (follows && !since);
	return argument_time_before(command, &option_since, output->context.now, &base->since) &&
	       argument_time_before(command, &option_until, output->context.now, &base->until) &&
	       argument_number(command, &option_lines, 0, &output->lines);
}

static enum outcome run(const struct command *command)
{
	struct output output = { .command = command,
		.context = output_context_for(command_value(command, &option_host)) };
	struct client_history_filter base = {
		.user = command_value(command, &option_user),
		.all = command_given(command, &option_all),
	};
	cleanup_client struct client *client = NULL;
	DBusError error = DBUS_ERROR_INIT;

	if (!check(command, &output, &base))
		return OUTCOME_USAGE;
	client = select_machine(command, &error);
	if (!client)
		return outcome_fail(NULL, &error);
	output.client = client;
	/* As select_token() does, which finds tokens of all users for root. */
	if (command->n_operands > 0 && !command_value(command, &option_user) &&
		client_is_root(client))
		base.all = true;
	return command_given(command, &option_verify) ? verify(command, client)
						      : show(&output, &base);
}

const struct verb verb_log = {
	.name = "log",
	.operands = "[TOKEN...]",
	.options = OPTIONS(&option_user, &option_all, &option_since, &option_until, &option_lines,
		&option_follow, &option_verify, &option_host, &option_json, &option_quiet,
		&option_no_ask_password),
	.exclusive = { OPTIONS(&option_user, &option_all),
		OPTIONS(&option_until, &option_follow, &option_verify) },
	.run = run,
	.summary = N_("show what happened to tokens, and where they were used"),
	.help = { N_("Shows the history of your tokens, of some, or with --all of those of all users,\n"
		     "oldest first: who made, changed or used them and from where, and what was\n"
		     "refused.  The first use from a network or through a service is marked.\n"),
		N_("WHEN is as of generate, but for periods: --since=2h is two hours ago.  --follow\n"
		   "begins with the last 10 unless --lines or --since says otherwise, and ends with\n"
		   "Ctrl-C.  --json prints one object a line.\n"),
		N_("--verify says whether the history is as patd wrote it, for an administrator: the\n"
		   "exit status is 0 if it is, and 1 if it was altered.\n"),
		select_help, N_("A token that was deleted is told by its whole id.\n") },
	.examples = "  patctl log laptop --since=yesterday\n"
		    "  sudo patctl log --all --follow\n"
		    "  sudo patctl log --verify\n",
	.synonyms = { "history", "journal" },
};
