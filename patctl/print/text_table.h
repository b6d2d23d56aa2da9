/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A table of text: aligned columns with headings, which can be fitted to the width of a terminal.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

struct text_table;

/* Of n columns, 1 or more, whose headings must outlive the table. */
struct text_table *text_table_new(const char *const *headings, size_t n, bool legend);

/* NULL is allowed. */
void text_table_free(struct text_table *table);

/*
 * Adds a cell, which the table takes over: those of a line from left to right, line after line.
 * colour: an escape sequence, static, or NULL.
 */
void text_table_add(struct text_table *table, char *text, const char *colour);

void text_table_hide(struct text_table *table, size_t column);

/* A way to make a table narrower. */
struct text_table_step {
	size_t column;
	size_t width; /* cut the column, at most to that width; 0: leave it out */
};

/*
 * Makes what was added no wider than width, by the first of the n steps that are enough.  Columns
 * that were cut get what room is left then, those of later steps first.
 */
void text_table_fit(
	struct text_table *table, size_t width, const struct text_table_step *steps, size_t n);

/*
 * Prints the lines that were added since the last call, the first time with headings.  Columns
 * never get narrower.  Without a line it prints nothing.  An error of file ends it.
 */
void text_table_print(struct text_table *table, FILE *file);
