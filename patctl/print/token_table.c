/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Tokens as a table, by libsmartcols. */
#include "patctl/print/token_table.h"

#include <libsmartcols.h>
#include <stdlib.h>

#include "common/l10n.h"
#include "patctl/base/text.h"

static char *cell_id(const struct output_context *context, const struct token_row *token)
{
	(void)context;
	return text_format("%s", token->id.text);
}

static char *cell_name(const struct output_context *context, const struct token_row *token)
{
	(void)context;
	return text_safe(token->name);
}

static char *cell_user(const struct output_context *context, const struct token_row *token)
{
	(void)context;
	return text_safe(token->user);
}

/* A later version of patd may have other words. */
static char *cell_state(const struct output_context *context, const struct token_row *token)
{
	cleanup_text char *safe = text_safe(token->state);

	(void)context;
	return text_format("%s", text_translated(safe));
}

static char *cell_created(const struct output_context *context, const struct token_row *token)
{
	return format_time(context, token->created_at);
}

static char *cell_expires(const struct output_context *context, const struct token_row *token)
{
	return token->expires_at ? format_time(context, token->expires_at)
				 : text_format("%s", _("never"));
}

static char *cell_usage(const struct output_context *context, const struct token_row *token)
{
	cleanup_text char *when = format_time(context, token->last_used_at);

	return token->last_used_at ? text_format(_("Last used %s"), when)
				   : text_format("%s", _("Not used"));
}

/* A time that has come restricts nothing any more. */
static bool restricts(enum restriction_kind kind, const void *value, uint64_t now)
{
	if (RESTRICTION_IS_NUMBER(kind))
		return *(const uint64_t *)value > (kind == RESTRICTION_TIME ? now : 0);
	return *(const char *)value != '\0';
}

/* A word for each restriction. */
static char *cell_limits(const struct output_context *context, const struct token_row *token)
{
	char *text = text_format("%s", "");

	for (enum pat_restriction i = 0; i < PAT_RESTRICTIONS; i++) {
		cleanup_text char *before = NULL;

		if (!restricts(restrictions[i].kind, token_row_restriction(token, i), context->now))
			continue;
		before = text;
		text = text_format("%s%s%s", before, *before ? "," : "", _(restrictions[i].word));
	}
	return text;
}

static const struct {
	const char *name;
	double width; /* hint: characters, or a share of the terminal's width */
	int flags;
	char *(*cell)(const struct output_context *context, const struct token_row *token);
} columns[] = {
	{ N_("ID"), 10, 0, cell_id },
	{ N_("NAME"), 0.2, SCOLS_FL_TRUNC, cell_name },
	{ N_("USER"), 0.1, SCOLS_FL_TRUNC, cell_user },
	{ N_("STATE"), 7, 0, cell_state },
	{ N_("CREATED"), 10, 0, cell_created },
	{ N_("EXPIRES"), 10, 0, cell_expires },
	{ N_("USAGE"), 10, 0, cell_usage },
	/* For people, if a token has any; programs are given columns that never change. */
	{ N_("LIMITS"), 4, SCOLS_FL_HIDDEN, cell_limits },
};

#define COLUMNS (sizeof(columns) / sizeof(columns[0]))
#define STATE 3
#define LIMITS 7
#define LIMITS_ROOM 100 /* columns of the terminal; on a narrower one names need the room */

struct token_table {
	struct libscols_table *scols;
	const struct output_context *context;
};

static int add_line(struct libscols_table *scols, const struct token_row *token,
	const struct output_context *context)
{
	struct libscols_line *line = scols_table_new_line(scols, NULL);
	const char *colour = terminal_colour(context->palette, token->state);

	for (size_t i = 0; line && i < COLUMNS; i++) {
		char *text = columns[i].cell(context, token);
		int r = scols_line_refer_data(line, i, text); /* which owns it then */

		if (r < 0) {
			text_free(&text);
			return r;
		}
	}
	if (!line)
		no_memory();
	if (context->terminal && scols_table_get_termwidth(scols) >= LIMITS_ROOM &&
		*scols_cell_get_data(scols_line_get_cell(line, LIMITS)) != '\0')
		(void)scols_column_set_flags(scols_table_get_column(scols, LIMITS), 0);
	return colour ? scols_cell_set_color(scols_line_get_cell(line, STATE), colour) : 0;
}

struct token_table *token_table_new(const struct output_context *context, bool legend)
{
	struct token_table *table = must_alloc(calloc(1, sizeof(*table)));

	table->context = context;
	table->scols = must_alloc(scols_new_table());
	(void)scols_table_enable_colors(table->scols, context->palette != PALETTE_NONE);
	(void)scols_table_enable_noheadings(table->scols, !legend);
	/* A pager may stand between patctl and the terminal by the time of printing. */
	if (context->terminal)
		(void)scols_table_set_termforce(table->scols, SCOLS_TERMFORCE_ALWAYS);

	/*
	 * Programs get names unchanged.  For a terminal libsmartcols escapes characters whose width
	 * the C library does not know, such as newer ones.
	 */
	if (!context->terminal)
		(void)scols_table_enable_noencoding(table->scols, 1);
	for (size_t i = 0; i < COLUMNS; i++)
		(void)must_alloc(
			scols_table_new_column(table->scols, _(columns[i].name), columns[i].width,
				columns[i].flags & (context->terminal ? ~0 : ~SCOLS_FL_TRUNC)));
	return table;
}

void token_table_free(struct token_table *table)
{
	if (!table)
		return;
	scols_unref_table(table->scols);
	free(table);
}

int token_table_add(struct token_table *table, const struct records *tokens)
{
	int r = 0;

	for (size_t i = 0; i < tokens->n && r >= 0; i++)
		r = add_line(
			table->scols, (const struct token_row *)tokens->items + i, table->context);
	return r;
}

int token_table_print(struct token_table *table)
{
	int r;

	if (scols_table_get_nlines(table->scols) == 0)
		return 0;
	r = scols_print_table(table->scols);
	scols_table_remove_lines(table->scols);
	(void)scols_table_enable_noheadings(table->scols, 1);
	for (size_t i = 0; i < COLUMNS; i++) {
		struct libscols_column *column = scols_table_get_column(table->scols, i);

		(void)scols_column_set_whint(column, (double)scols_column_get_width(column));
	}
	return r;
}

char *token_table_text(const struct records *tokens)
{
	static const struct output_context plain = { .palette = PALETTE_NONE };
	struct token_table *table = token_table_new(&plain, true);
	cleanup_text char *text = NULL;

	for (size_t i = STATE + 1; i < COLUMNS; i++)
		(void)scols_column_set_flags(
			scols_table_get_column(table->scols, i), SCOLS_FL_HIDDEN);
	if (token_table_add(table, tokens) < 0 ||
		scols_print_table_to_string(table->scols, &text) < 0)
		no_memory();
	token_table_free(table);
	return text_format("%s\n", text);
}
