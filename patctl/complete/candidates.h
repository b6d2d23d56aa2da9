/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What may stand in the place of a word that is being typed, on standard output for the shells: a
 * candidate a line, with a description behind a tab.
 *
 * Names of tokens are chosen by their owners, and read by root's shell.  So no candidate has a
 * character that any shell or patctl gives a meaning: what would have to be quoted is left out, and
 * no shell has to quote it right.  Descriptions may have any that can be printed.
 */
#ifndef PATCTL_COMPLETE_CANDIDATES_H
#define PATCTL_COMPLETE_CANDIDATES_H

#include <stdbool.h>
#include <stddef.h>

#define CANDIDATES_MAX 500 /* more than that nobody reads */

struct candidates {
	const char *typed; /* the word, so far */
	size_t head;       /* bytes of it that stay before each candidate, such as "--user=" */
	size_t n;          /* printed */
};

/* What is typed behind the head, which candidates begin with. */
const char *candidates_begin(const struct candidates *candidates);

/* Whether anything can be offered for that word: it has nothing in it that is quoted. */
bool candidates_possible(const char *typed);

/*
 * Printed if it is so typed, and may be; description may be NULL.  An option is a text of patctl's
 * own, and begins with a dash; a word never does.
 */
void candidates_word(struct candidates *candidates, const char *text, const char *description);
void candidates_option(struct candidates *candidates, const char *text, const char *description);

#endif
