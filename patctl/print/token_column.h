/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The columns that a table of tokens can have. */
#pragma once

#include <stdbool.h>

#include "patctl/client/records.h"
#include "patctl/print/output_context.h"

/* How cells are written. */
struct cell_style {
	const struct output_context *context;
	bool wide; /* on a terminal: times in full, not as ages */
};

/* Those that the usual table and the wide one name. */
enum token_column_id {
	COLUMN_ID,
	COLUMN_NAME,
	COLUMN_USER,
	COLUMN_STATE,
	COLUMN_CREATED,
	COLUMN_EXPIRES,
	COLUMN_USAGE,
	COLUMN_LIMITS,
	COLUMN_USES,
	COLUMN_USED_BY,
	COLUMN_USED_FROM,
	COLUMN_RESTRICTIONS,
	COLUMN_NOTE,
};

/* Strings are static. */
struct token_column {
	const char *name;    /* for --output */
	const char *heading; /* to be translated */
	size_t least;        /* its text may be cut to that many columns of a terminal; 0: never */
	char *(*cell)(const struct cell_style *style, const struct token_row *token);
	bool state; /* it has the colour of the token's state */
};

/* Those of enum token_column_id come first, in its order; NULL after the last. */
const struct token_column *token_column_at(size_t i);

/* NULL if there is none of that name, of which len bytes count. */
const struct token_column *token_column_find(const char *name, size_t len);
