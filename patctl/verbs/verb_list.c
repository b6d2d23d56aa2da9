/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* patctl list: a table of tokens. */
#include <stdio.h>
#include <string.h>

#include "common/bus.h"
#include "common/l10n.h"
#include "patctl/base/text.h"
#include "patctl/cli/argument.h"
#include "patctl/print/json.h"
#include "patctl/print/json_record.h"
#include "patctl/print/output_context.h"
#include "patctl/print/token_table.h"
#include "patctl/verbs/list_query.h"
#include "patctl/verbs/select.h"
#include "patctl/verbs/sorted_list.h"

static const struct option_info option_sort = { "sort", "KEY",
	N_("sort by KEY; -KEY reverses the order"), 0 };

/* The output of a list, which may be long: it is printed page by page. */
struct output {
	const struct command *command;
	struct client_filter filter;
	struct sorted_list sorted;
	struct output_context context;
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
static int print_page(struct output *output, const struct records *tokens)
{
	int r;

	output->count += tokens->n;
	if (!output->table) {
		for (size_t i = 0; i < tokens->n; i++)
			print_json(output, (const struct token_row *)tokens->items + i);
		return 0;
	}
	r = token_table_add(output->table, tokens);
	if (r >= 0 && !output->context.terminal)
		r = token_table_print(output->table);
	return r;
}

static int print_end(struct client *client, struct output *output)
{
	const char *user = command_value(output->command, &option_user);

	if (!output->table) {
		json_list_end(&output->json);
		return 0;
	}
	if (output->count == 0 && output->context.terminal &&
		!command_given(output->command, &option_quiet)) {
		if (filter_narrows(&output->filter))
			(void)fputs(_("No tokens match.\n"), stderr);
		else if (user)
			(void)fprintf(stderr,
				_("This user has no tokens.  Generate one:  %s generate NAME "
				  "--user=%s\n"),
				client_self(client), user);
		else
			(void)fprintf(stderr, _("No tokens.  Generate one:  %s generate NAME\n"),
				client_self(client));
	}
	if (output->count > 0)
		command_page(output->command);
	return token_table_print(output->table);
}

static void sort_page(struct output *output, const struct records *tokens)
{
	for (size_t i = 0; i < tokens->n; i++)
		sorted_list_add(&output->sorted, (const struct token_row *)tokens->items + i);
}

/* page: an empty one. */
static int print_sorted(struct output *output, struct records *page)
{
	struct token_row token;
	int r = 0;

	sorted_list_sort(&output->sorted);
	for (size_t i = 0; i < output->sorted.n && r >= 0; i++) {
		sorted_list_get(&output->sorted, i, &token);
		records_append(page, &token);
		if (page->n < PAT_PAGE_MAX && i + 1 < output->sorted.n)
			continue;
		r = print_page(output, page);
		page->n = 0;
	}
	return r;
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
	int r = 0;

	do {
		if (!client_list(client, &output->filter, &cursor, &page, &error))
			return outcome_fail(NULL, &error);
		if (cursor)
			client_list_ahead(client, &output->filter, cursor);
		if (sorted)
			sort_page(output, &page);
		else
			r = print_page(output, &page);
		page.n = 0;
	} while (cursor && r >= 0);
	if (sorted)
		r = print_sorted(output, &page);
	if (r >= 0)
		r = print_end(client, output);
	if (r < 0) {
		complain(_("cannot print the table: %s"), strerror(-r));
		return OUTCOME_FAILED;
	}
	return OUTCOME_DONE;
}

static enum outcome run(const struct command *command)
{
	struct output output = { .command = command, .context = output_context_for(NULL) };
	cleanup_client struct client *client = NULL;
	DBusError error = DBUS_ERROR_INIT;
	enum outcome outcome;
	const char *key = command_value(command, &option_sort), *problem;

	if (!filter_of(command, output.context.now, &output.filter))
		return OUTCOME_USAGE;
	problem = key ? sort_parse(key, &output.sorted.sort) : NULL;
	if (problem) {
		(void)argument_wrong(&option_sort, key, problem);
		return OUTCOME_USAGE;
	}

	client = select_machine(command, &error);
	if (!client)
		return outcome_fail(NULL, &error);
	if (!command_given(command, &option_json))
		output.table = token_table_new(
			&output.context, !command_given(command, &option_no_legend));
	outcome = print_all(client, &output);
	token_table_free(output.table);
	sorted_list_clear(&output.sorted);
	return outcome;
}

const struct verb verb_list = { "list", "", run, N_("list tokens (default)"),
	OPTIONS(&option_user, &option_all, &option_service, &option_state, &option_unused_for,
		&option_expiring, &option_sort, &option_host, &option_json, &option_no_legend,
		&option_quiet, &option_no_ask_password, &option_no_pager),
	{ N_("Lists your tokens, or with --all those of all users: id, name, user, state, when\n"
	     "they were created and expire, and their use.  Times are ages on a terminal, and\n"
	     "in UTC otherwise.\n"),
		N_("STATE is active, revoked, expired, exhausted, disabled, pending or altered.\n"
		   "--service lists the tokens that are valid for SERVICE.  KEY is name, created,\n"
		   "expires, used, state or user.\n") },
	"  patctl list --expiring=7d\n"
	"  sudo patctl list --all --unused-for=90d --sort=-used\n"
	"  sudo patctl list --all --json\n",
	.exclusive = { OPTIONS(&option_user, &option_all) }, .synonyms = { "ls" } };
