/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Aligning, cutting and printing the cells of a table. */
#include "patctl/print/text_table.h"

#include <stdint.h>
#include <stdlib.h>

#include "patctl/base/text.h"

#define ROOM 64 /* cells of the first lines */
#define RESET "\033[0m"

struct column {
	const char *heading;
	size_t width; /* of its widest cell so far */
	size_t most;  /* what is wider is cut */
	bool hidden;
};

struct cell {
	char *text; /* owned */
	const char *colour;
};

struct text_table {
	struct column *columns; /* owned */
	size_t n_columns;
	struct cell *cells; /* owned; line after line */
	size_t n_cells, room;
	bool legend; /* the headings are still to be printed */
};

struct text_table *text_table_new(const char *const *headings, size_t n, bool legend)
{
	struct text_table *table = must_alloc(calloc(1, sizeof(*table)));

	table->columns = must_alloc(calloc(n, sizeof(*table->columns)));
	table->n_columns = n;
	table->legend = legend;
	for (size_t i = 0; i < n; i++)
		table->columns[i] = (struct column) {
			.heading = headings[i],
			.width = legend ? text_width(headings[i]) : 0,
			.most = SIZE_MAX,
		};
	return table;
}

static void clear_cells(struct text_table *table)
{
	for (size_t i = 0; i < table->n_cells; i++)
		free(table->cells[i].text);
	table->n_cells = 0;
}

void text_table_free(struct text_table *table)
{
	if (!table)
		return;
	clear_cells(table);
	free(table->cells);
	free(table->columns);
	free(table);
}

void text_table_add(struct text_table *table, char *text, const char *colour)
{
	struct column *column = &table->columns[table->n_cells % table->n_columns];

	if (table->n_cells == table->room) {
		table->room = table->room ? 2 * table->room : ROOM;
		table->cells =
			must_alloc(reallocarray(table->cells, table->room, sizeof(*table->cells)));
	}
	table->cells[table->n_cells++] = (struct cell) { text, colour };
	column->width = text_wider(column->width, text);
}

void text_table_hide(struct text_table *table, size_t column)
{
	table->columns[column].hidden = true;
}

static size_t printed_width(const struct column *column)
{
	return column->width < column->most ? column->width : column->most;
}

/* Of a line, with a blank between two columns. */
static size_t line_width(const struct text_table *table)
{
	size_t width = 0, shown = 0;

	for (size_t i = 0; i < table->n_columns; i++)
		if (!table->columns[i].hidden)
			width += (shown++ > 0) + printed_width(&table->columns[i]);
	return width;
}

/* over: by how many columns the table is too wide. */
static void take_step(struct column *column, size_t width, size_t over)
{
	const size_t now = printed_width(column);

	if (width == 0)
		column->hidden = true;
	else if (now > width)
		column->most = now - width > over ? now - over : width;
}

void text_table_fit(
	struct text_table *table, size_t width, const struct text_table_step *steps, size_t n)
{
	size_t i = 0, now;

	for (; i < n && (now = line_width(table)) > width; i++)
		take_step(&table->columns[steps[i].column], steps[i].width, now - width);
	while (i-- > 0 && (now = line_width(table)) < width) {
		struct column *column = &table->columns[steps[i].column];

		if (!column->hidden && column->most != SIZE_MAX)
			column->most += width - now;
	}
}

/* last: nothing follows, and no blanks fill the column. */
static void print_cell(const struct column *column, const struct cell *cell, bool last, FILE *file)
{
	const size_t width = printed_width(column);
	cleanup_text char *text = text_cut(cell->text, width);
	const size_t taken = text_width(text);
	const int blanks = last || taken >= width ? 0 : (int)(width - taken);

	(void)fprintf(file, "%s%s%s%*s%s", cell->colour ? cell->colour : "", text,
		cell->colour ? RESET : "", blanks, "", last ? "\n" : " ");
}

/* cells: of one line, which ends with the last that is not empty. */
static void print_line(const struct text_table *table, const struct cell *cells, FILE *file)
{
	size_t last = table->n_columns - 1;

	while (last > 0 && (table->columns[last].hidden || *cells[last].text == '\0'))
		last--;
	for (size_t i = 0; i <= last; i++)
		if (!table->columns[i].hidden)
			print_cell(&table->columns[i], &cells[i], i == last, file);
}

static void print_headings(const struct text_table *table, FILE *file)
{
	struct cell *cells = must_alloc(calloc(table->n_columns, sizeof(*cells)));

	for (size_t i = 0; i < table->n_columns; i++)
		cells[i].text = text_format("%s", table->columns[i].heading);
	print_line(table, cells, file);
	for (size_t i = 0; i < table->n_columns; i++)
		free(cells[i].text);
	free(cells);
}

void text_table_print(struct text_table *table, FILE *file)
{
	const size_t lines = table->n_cells / table->n_columns;

	if (lines > 0 && table->legend) {
		print_headings(table, file);
		table->legend = false;
	}
	/* An error stays: nobody reads the rest. */
	for (size_t i = 0; i < lines && !ferror(file); i++)
		print_line(table, &table->cells[i * table->n_columns], file);
	clear_cells(table);
}
