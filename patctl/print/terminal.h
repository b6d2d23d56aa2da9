/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The terminal: its colours, and questions. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

enum palette {
	PALETTE_NONE,
	PALETTE_8,
	PALETTE_256,
};

/* Whether a question can be asked: standard input and standard error are terminals. */
bool terminal_can_ask(void);

/* The width of standard output in columns; of what does not tell, that in COLUMNS, or 80. */
size_t terminal_width(void);

/*
 * The colours for standard output, by TERM and COLORTERM; none if it is no terminal, or a dumb one,
 * or if NO_COLOR is not empty (https://no-color.org).
 */
enum palette terminal_palette(void);

/* The escape sequence for the colour of a state, an event or a verdict; NULL for none.  Static. */
const char *terminal_colour(enum palette palette, const char *word);
#define TERMINAL_NEW "new" /* the word for a service or network not seen before */

/* text in the colour of word.  The caller owns it. */
char *terminal_coloured(enum palette palette, const char *word, const char *text);

/* Asks question on standard error.  False unless the line read in answer is yes. */
bool terminal_confirm(const char *question);
