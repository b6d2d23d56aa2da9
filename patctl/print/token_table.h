/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Tokens as a table, on standard output or in a message. */
#pragma once

#include <stdbool.h>

#include "patctl/client/records.h"
#include "patctl/print/output_context.h"

struct token_table;

/* Never NULL.  context must outlive it. */
struct token_table *token_table_new(const struct output_context *context, bool legend);

/* NULL is allowed. */
void token_table_free(struct token_table *table);

/* Copies the text of tokens.  0 or a negative errno. */
int token_table_add(struct token_table *table, const struct records *tokens);

/*
 * Prints the lines added since the last call: the first time with headings, and with columns that
 * never get narrower.  On a terminal the table fits its width; long names are cut if necessary.
 * 0 or a negative errno.
 */
int token_table_print(struct token_table *table);

/* ID, NAME, USER and STATE of tokens, with headings, a newline after each line.  Caller frees. */
char *token_table_text(const struct records *tokens);
