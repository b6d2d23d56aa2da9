/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The candidates for the placeholders of help: TOKEN, USER, FILE, … */
#pragma once

#include "patctl/cli/parse.h"
#include "patctl/complete/candidates.h"

/*
 * Prints the candidates for the placeholder word, of which len bytes count.  Placeholders that a
 * person makes up, such as NAME, have none, and neither has anything that patd tells only after a
 * password, or that another machine knows.
 */
void complete_placeholder(const char *word, size_t len, const struct partial_command *partial,
	struct candidates *candidates);

/* The same for TOKEN alone; in complete_tokens.c. */
void complete_tokens(const struct partial_command *partial, struct candidates *candidates);
