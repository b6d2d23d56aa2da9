/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Tokens as a table: its columns, and how it is fitted to a terminal. */
#include "patctl/print/token_table.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/l10n.h"
#include "patctl/base/text.h"
#include "patctl/print/terminal.h"
#include "patctl/print/text_table.h"

#define COLUMNS_MAX (sizeof(((struct token_layout *)0)->columns) / sizeof(struct token_column *))

struct token_table {
	struct cell_style style;
	const struct token_layout *layout;
	struct text_table *text;
	const struct token_column *columns[COLUMNS_MAX];
	size_t n_columns;
	bool filled; /* a token has text in the last column */
};

/* LIMITS and NOTE are for people; programs are given columns that never change. */
static const enum token_column_id usual[] = { COLUMN_ID, COLUMN_NAME, COLUMN_USER, COLUMN_STATE,
	COLUMN_CREATED, COLUMN_EXPIRES, COLUMN_USAGE, COLUMN_LIMITS };
static const enum token_column_id wide[] = { COLUMN_ID, COLUMN_NAME, COLUMN_USER, COLUMN_STATE,
	COLUMN_CREATED, COLUMN_EXPIRES, COLUMN_USAGE, COLUMN_USES, COLUMN_USED_BY, COLUMN_USED_FROM,
	COLUMN_RESTRICTIONS, COLUMN_NOTE };

/* Of the usual columns: what can be missed goes first, and a short name is cut last. */
static const struct text_table_step steps[] = {
	{ COLUMN_LIMITS, 0 },
	{ COLUMN_USER, 8 },
	{ COLUMN_NAME, 24 },
	{ COLUMN_CREATED, 0 },
	{ COLUMN_USER, 0 },
	{ COLUMN_NAME, 12 },
	{ COLUMN_USAGE, 0 },
	{ COLUMN_NAME, 8 },
	{ COLUMN_EXPIRES, 0 },
	{ COLUMN_STATE, 0 },
	{ COLUMN_NAME, 1 },
};

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))

static bool has(const struct token_layout *layout, const struct token_column *column)
{
	for (size_t i = 0; i < layout->n; i++)
		if (layout->columns[i] == column)
			return true;
	return false;
}

const char *token_layout_parse(const char *text, struct token_layout *ret)
{
	struct token_layout layout = { .full = ret->full, .wide = strcmp(text, "wide") == 0 };

	if (!layout.wide && strcmp(text, "table") != 0)
		for (const char *at = text; at; at = strchr(at, ',')) {
			const struct token_column *column;

			at += at > text; /* past the comma */
			column = token_column_find(at, strcspn(at, ","));
			if (!column)
				return N_("it is table, wide, json, or names of columns such as "
					  "id,name; for all of them: patctl help list");
			if (has(&layout, column))
				return N_("a column is named twice");
			layout.columns[layout.n++] = column;
		}
	*ret = layout;
	return NULL;
}

static void choose_columns(struct token_table *table)
{
	const struct token_layout *layout = table->layout;
	const enum token_column_id *ids = layout->wide ? wide : usual;
	const size_t n = (layout->wide ? LENGTH(wide) : LENGTH(usual)) -
			 (table->style.context->terminal ? 0 : 1);

	if (layout->n > 0) {
		memcpy(table->columns, layout->columns, sizeof(table->columns));
		table->n_columns = layout->n;
		return;
	}
	for (size_t i = 0; i < n; i++)
		table->columns[i] = token_column_at(ids[i]);
	table->n_columns = n;
}

struct token_table *token_table_new(
	const struct output_context *context, const struct token_layout *layout, bool legend)
{
	struct token_table *table = must_alloc(calloc(1, sizeof(*table)));
	const char *headings[COLUMNS_MAX] = { NULL };

	table->style = (struct cell_style) { context, layout->wide };
	table->layout = layout;
	choose_columns(table);
	for (size_t i = 0; i < table->n_columns; i++)
		headings[i] = _(table->columns[i]->heading);
	table->text = text_table_new(headings, table->n_columns, legend);
	return table;
}

void token_table_free(struct token_table *table)
{
	if (!table)
		return;
	text_table_free(table->text);
	free(table);
}

/* Whether it has the usual columns, of which LIMITS may be empty. */
static bool is_usual(const struct token_table *table)
{
	return !table->layout->wide && table->layout->n == 0;
}

static void add_line(struct token_table *table, const struct token_row *token)
{
	const char *colour = terminal_colour(table->style.context->palette, token->state);

	for (size_t i = 0; i < table->n_columns; i++) {
		const struct token_column *column = table->columns[i];
		char *cell = column->cell(&table->style, token);

		if (i == table->n_columns - 1)
			table->filled |= *cell != '\0';
		/* So that each line has the same number of words. */
		if (*cell == '\0' && !is_usual(table)) {
			text_free(&cell);
			cell = text_format("-");
		}
		text_table_add(table->text, cell, column->state ? colour : NULL);
	}
}

void token_table_add(struct token_table *table, const struct records *tokens)
{
	for (size_t i = 0; i < tokens->n; i++)
		add_line(table, (const struct token_row *)tokens->items + i);
}

/* Columns that a person chose are all shown: text is cut, that of names last. */
static void fit_chosen(struct token_table *table, size_t width)
{
	struct text_table_step cuts[COLUMNS_MAX + 1], name = { 0 };
	size_t n = 0;

	for (size_t i = table->n_columns; i-- > 0;) {
		const struct token_column *column = table->columns[i];

		if (column == token_column_at(COLUMN_NAME))
			name = (struct text_table_step) { i, column->least };
		else if (column->least > 0)
			cuts[n++] = (struct text_table_step) { i, column->least };
	}
	if (name.width > 0)
		cuts[n++] = name;
	text_table_fit(table->text, width, cuts, n);
}

static void fit(struct token_table *table)
{
	const struct output_context *context = table->style.context;

	if (!context->terminal)
		return;
	/* LIMITS or NOTE, which nobody asked for. */
	if (table->layout->n == 0 && !table->filled)
		text_table_hide(table->text, table->n_columns - 1);
	if (table->layout->full || table->layout->wide)
		return;
	if (is_usual(table))
		text_table_fit(table->text, context->width, steps, LENGTH(steps));
	else
		fit_chosen(table, context->width);
}

void token_table_print(struct token_table *table)
{
	fit(table);
	text_table_print(table->text, stdout);
}

char *token_table_text(const struct records *tokens)
{
	static const struct output_context plain = { .palette = PALETTE_NONE };
	const struct token_layout layout = { .n = 4,
		.columns = { token_column_at(COLUMN_ID), token_column_at(COLUMN_NAME),
			token_column_at(COLUMN_USER), token_column_at(COLUMN_STATE) } };
	struct token_table *table = token_table_new(&plain, &layout, true);
	char *text = NULL;
	size_t size;
	FILE *file = must_alloc(open_memstream(&text, &size));

	token_table_add(table, tokens);
	text_table_print(table->text, file);
	if (fclose(file) != 0)
		no_memory();
	token_table_free(table);
	return text;
}
