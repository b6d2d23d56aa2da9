/* Whether output goes to a person, in which colours, and whether there is somebody to ask. */
#ifndef PATCTL_TERMINAL_H
#define PATCTL_TERMINAL_H

#include <stdbool.h>

enum palette {
	PALETTE_NONE,
	PALETTE_8,
	PALETTE_256,
};

/* Whether standard output is a terminal: then times are told as ages. */
bool terminal_output(void);

/* Whether a question can be put: standard input and standard error are terminals. */
bool terminal_can_ask(void);

/*
 * The colours for standard output, by what TERM and COLORTERM promise; none outside a
 * terminal, on a dumb one, or with a NO_COLOR that is not empty (https://no-color.org).
 */
enum palette terminal_palette(void);

/* The escape sequence that begins the colour of a token's state; NULL for none.  Static. */
const char *terminal_state_colour(enum palette palette, const char *state);
#define TERMINAL_RESET "\033[0m"

/* Puts question on standard error.  False unless the line read in answer is yes. */
bool terminal_confirm(const char *question);

#endif
