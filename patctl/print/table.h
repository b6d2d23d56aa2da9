/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A table of tokens on standard output. */
#pragma once

#include <stdbool.h>

#include "patctl/client/token_record.h"
#include "patctl/print/output_context.h"

struct table;

/* Never NULL.  context must outlive it. */
struct table *table_new(const struct output_context *context, bool legend);

/* NULL is allowed. */
void table_free(struct table *table);

/* Copies the text of tokens.  0 or a negative errno. */
int table_add(struct table *table, const struct tokens *tokens);

/*
 * Prints the lines added since the last call: the first time with headings, and with columns that
 * never get narrower.  On a terminal the table fits its width; long names are cut if necessary.
 * 0 or a negative errno.
 */
int table_print(struct table *table);
