/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the words in capitals stand for that help has for operands and arguments: TOKEN, USER, … */
#ifndef PATCTL_COMPLETE_PLACEHOLDER_H
#define PATCTL_COMPLETE_PLACEHOLDER_H

#include "patctl/cli/parse.h"
#include "patctl/complete/candidates.h"

/*
 * Prints what may stand where help has word, of which len bytes count.  There are no candidates for
 * what a person makes up, such as NAME, for what patd tells only after a password, and for what is
 * on another machine.
 */
void complete_placeholder(const char *word, size_t len, const struct partial_command *partial,
	struct candidates *candidates);

/* The same for TOKEN; in complete_tokens.c. */
void complete_tokens(const struct partial_command *partial, struct candidates *candidates);

#endif
