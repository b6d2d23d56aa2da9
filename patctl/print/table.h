/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A table of tokens on standard output. */
#ifndef PATCTL_PRINT_TABLE_H
#define PATCTL_PRINT_TABLE_H

#include <stdbool.h>

#include "patctl/client/token_record.h"
#include "patctl/print/output_context.h"

struct table;

/* Never NULL.  look must outlive it. */
struct table *table_new(const struct look *look, bool legend);

/* NULL is allowed. */
void table_free(struct table *table);

/* Keeps the text of rows, not rows themselves.  0 or a negative errno. */
int table_add(struct table *table, const struct rows *rows);

/*
 * Prints what was added since the last time: the headings at the first, and columns that never
 * get narrower.  On a terminal it fits the width, with names cut short if it must.  0 or a
 * negative errno.
 */
int table_print(struct table *table);

#endif
