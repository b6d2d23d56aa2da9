/* Tokens as a table on standard output. */
#ifndef PATCTL_TABLE_H
#define PATCTL_TABLE_H

#include <stdbool.h>

#include "patctl/look.h"
#include "patctl/row.h"

/* On a terminal it fits the width, with names cut short if it must.  0 or a negative errno. */
int table_print(const struct rows *rows, const struct look *look, bool legend);

#endif
