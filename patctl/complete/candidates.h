/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The candidates for a word that is being typed, printed for the shells: one a line, with a
 * description after a tab.
 *
 * Any user may choose the name of a token, and root's shell reads it here.  So a candidate that a
 * shell would have to quote is left out.  Descriptions may have any printable character.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "patctl/cli/command.h"

#define CANDIDATES_MAX 500 /* nobody reads more */

struct candidates {
	const struct command *command; /* the words before, parsed */
	const char *typed;             /* the word, so far */
	size_t head; /* bytes of it that stay before each candidate, such as "--user=" */
	size_t n;    /* printed */
};

/* The part of the word after its head; every candidate begins with it. */
const char *candidates_begin(const struct candidates *candidates);

/* Whether a word can have candidates: it has no character that has to be quoted. */
bool candidates_possible(const char *typed);

/*
 * Print a candidate if it fits the word and need not be quoted; description may be NULL.  An option
 * begins with a dash and is a text of patctl's own; a word never begins with a dash.
 */
void candidates_word(struct candidates *candidates, const char *text, const char *description);
void candidates_option(struct candidates *candidates, const char *text, const char *description);

/* The candidates for TOKEN, and for UNTIL; each in a file of its name. */
void complete_tokens(struct candidates *candidates);
void complete_until(struct candidates *candidates);
