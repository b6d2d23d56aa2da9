/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* patctl list: a table of tokens. */
#include <stdio.h>

#include "common/bus.h"
#include "common/l10n.h"
#include "patctl/base/text.h"
#include "patctl/cli/argument.h"
#include "patctl/print/json.h"
#include "patctl/print/json_record.h"
#include "patctl/print/output_context.h"
#include "patctl/print/token_table.h"
#include "patctl/verbs/check_user.h"
#include "patctl/verbs/list_query.h"
#include "patctl/verbs/select.h"
#include "patctl/verbs/sorted_list.h"

static const struct option_info option_sort = { "sort", "KEY",
	N_("sort by KEY; -KEY reverses the order"), 0 };
static const struct option_info option_full = { "full", NULL,
	N_("on a terminal, do not cut or omit anything"), 'l' };
static const struct option_info option_fleet = { "fleet", NULL, N_("only fleet tokens"), 0 };
static const struct option_info option_format = { "output", "FORMAT",
	N_("table, wide, json, or columns: id,name,expires"), 'o' };

/* The output of a list, which may be long: it is printed page by page. */
struct output {
	const struct command *command;
	struct client_filter filter;
	struct sorted_list sorted;
	struct output_context context;
	struct token_layout layout;
	struct token_table *table; /* NULL for JSON */
	struct json_list json;
	size_t count;
};

static void print_json(struct output *output, const struct token_row *token)
{
	json_list_next(&output->json);
	(void)putchar('{');
	json_token_members(stdout, token);
	(void)putchar('}');
}

/* On a terminal the table is printed at the end, so that its columns fit all tokens. */
static void print_page(struct output *output, const struct records *tokens)
{
	output->count += tokens->n;
	if (!output->table) {
		for (size_t i = 0; i < tokens->n; i++)
			print_json(output, (const struct token_row *)tokens->items + i);
		return;
	}
	token_table_add(output->table, tokens);
	if (!output->context.terminal)
		token_table_print(output->table);
}

static void print_hint(struct client *client, const struct output *output)
{
	const char *user = command_value(output->command, &option_user);

	if (filter_given(output->command) || output->filter.fleet)
		note(_("No tokens match.\n"));
	else if (user)
		note(_("This user has no tokens.  Generate one:  %s generate NAME "
		       "--user=%s\n"),
			client_self(client), user);
	else
		note(_("No tokens.  Generate one:  %s generate NAME\n"), client_self(client));
}

static enum outcome print_end(struct client *client, struct output *output)
{
	const char *user = command_value(output->command, &option_user);
	cleanup_text char *hint = NULL;
	DBusError error = DBUS_ERROR_INIT;

	hint = text_format(
		_("to list the tokens of all users: %s list --all"), client_self(client));
	if (output->count == 0 && !user_check(client, user, hint, &error))
		return outcome_fail(NULL, &error);
	if (!output->table) {
		json_list_end(&output->json);
		return OUTCOME_DONE;
	}
	if (output->count == 0 && output->context.terminal &&
		!command_given(output->command, &option_quiet))
		print_hint(client, output);
	if (output->count > 0)
		command_page(output->command);
	token_table_print(output->table);
	return OUTCOME_DONE;
}

static void sort_page(struct output *output, const struct records *tokens)
{
	for (size_t i = 0; i < tokens->n; i++)
		sorted_list_add(&output->sorted, (const struct token_row *)tokens->items + i);
}

/* page: an empty one. */
static void print_sorted(struct output *output, struct records *page)
{
	struct token_row token;

	sorted_list_sort(&output->sorted);
	for (size_t i = 0; i < output->sorted.n; i++) {
		sorted_list_get(&output->sorted, i, &token);
		records_append(page, &token);
		if (page->n < PAT_PAGE_MAX && i + 1 < output->sorted.n)
			continue;
		print_page(output, page);
		page->n = 0;
	}
}

/*
 * A sorted list is printed when its last page is read.  After an error JSON has no end, so that no
 * program takes a part of the list for the whole.
 */
static enum outcome print_all(struct client *client, struct output *output)
{
	const bool sorted = command_given(output->command, &option_sort);
	cleanup_records struct records page = { 0 };
	cleanup_text char *cursor = NULL;
	DBusError error = DBUS_ERROR_INIT;

	do {
		if (!client_list(client, &output->filter, &cursor, &page, &error))
			return outcome_fail(NULL, &error);
		if (cursor)
			client_list_ahead(client, &output->filter, cursor);
		filter_keep(output->command, &output->filter, &page);
		if (sorted)
			sort_page(output, &page);
		else
			print_page(output, &page);
		page.n = 0;
	} while (cursor);
	if (sorted)
		print_sorted(output, &page);
	return print_end(client, output);
}

/* False after a message on standard error. */
static bool read_options(const struct command *command, struct output *output)
{
	const char *key = command_value(command, &option_sort),
		   *format = command_value(command, &option_format), *problem;

	if (!filter_of(command, output->context.now, &output->filter))
		return false;
	output->filter.fleet = command_given(command, &option_fleet);
	problem = key ? sort_parse(key, &output->sorted.sort) : NULL;
	if (problem)
		return argument_wrong(&option_sort, key, problem);
	output->layout.full = command_given(command, &option_full);
	problem = format && !command_given(command, &option_json)
			  ? token_layout_parse(format, &output->layout)
			  : NULL;
	return !problem || argument_wrong(&option_format, format, problem);
}

static enum outcome run(const struct command *command)
{
	struct output output = { .command = command, .context = output_context_for(NULL) };
	cleanup_client struct client *client = NULL;
	DBusError error = DBUS_ERROR_INIT;
	enum outcome outcome;

	if (!read_options(command, &output))
		return OUTCOME_USAGE;
	client = select_machine(command, &error);
	if (!client)
		return outcome_fail(NULL, &error);
	if (!command_given(command, &option_json))
		output.table = token_table_new(&output.context, &output.layout,
			!command_given(command, &option_no_legend));
	outcome = print_all(client, &output);
	token_table_free(output.table);
	sorted_list_clear(&output.sorted);
	return outcome;
}

const struct verb verb_list = { "list", "", run, N_("list tokens (default)"),
	OPTIONS(&option_user, &option_all, OPTIONS_FILTERS, &option_revoked_since, &option_fleet,
		&option_sort, &option_full, &option_format, &option_host, &option_json,
		&option_no_legend, &option_quiet, &option_no_ask_password, &option_no_pager),
	{ N_("Lists your tokens, or with --all those of all users: id, name, user, state, when\n"
	     "they were created and expire, and their use.  Times are ages on a terminal, and\n"
	     "in UTC otherwise.\n"),
		N_("STATE is active, revoked, expired, ended, exhausted, disabled, pending,\n"
		   "stale, unknown-issuer or altered, or several of them: revoked,expired.\n"
		   "--service lists the tokens that are valid for SERVICE.  KEY is name, created,\n"
		   "expires, used, state or user.  WHEN is as for \"patctl log\".\n"),
		N_("FORMAT is table, wide, json, or columns with commas between them: id, name,\n"
		   "user, uid, state, created, expires, usage, used, uses, used_by, used_from,\n"
		   "limits, restrictions, services, sources, hours, not_before, max_uses, confirm,\n"
		   "ends, hosts, note, sessions, revoked, until, reason, rotated, issuer.  A narrow\n"
		   "terminal gets fewer columns, unless --full is given.\n") },
	"  patctl list --expiring=7d\n"
	"  patctl list -o name,expires\n"
	"  sudo patctl list --all --unused-for=90d --sort=-used\n"
	"  sudo patctl list --all --json\n",
	.exclusive = { OPTIONS(&option_user, &option_all) }, .aliases = { "ls" }, .formats = true,
	.no_operands = N_("list takes no TOKEN; to show one: patctl show TOKEN") };
