/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Tokens as a table, on standard output or in a message. */
#pragma once

#include <stdbool.h>

#include "patctl/client/records.h"
#include "patctl/print/output_context.h"
#include "patctl/print/token_column.h"

/* What a table shows.  All zeros: the usual columns, fitted to a terminal. */
struct token_layout {
	bool full; /* on a terminal: nothing is cut or left out */
	bool wide; /* more columns, and on a terminal full times; also full */
	size_t n;  /* of columns; 0: the usual ones */
	const struct token_column *columns[32];
};

/*
 * "table", "wide", or columns with commas between them: NULL and *ret, whose member full is left as
 * it is, or the problem with text, for a person; static.
 */
const char *token_layout_parse(const char *text, struct token_layout *ret);

struct token_table;

/* Never NULL.  context and layout must outlive it. */
struct token_table *token_table_new(
	const struct output_context *context, const struct token_layout *layout, bool legend);

/* NULL is allowed. */
void token_table_free(struct token_table *table);

/* Copies the text of tokens. */
void token_table_add(struct token_table *table, const struct records *tokens);

/*
 * Prints the lines added since the last call: the first time with headings, and with columns that
 * never get narrower.  On a terminal the table fits its width: columns are left out, and text is
 * cut with an ellipsis, names last.
 */
void token_table_print(struct token_table *table);

/* ID, NAME, USER and STATE of tokens, with headings, a newline after each line.  Caller frees. */
char *token_table_text(const struct records *tokens);
