/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One invocation of patctl, parsed: a verb, its options and its operands. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "common/option.h"

struct verb;

#define OPTIONS_MAX 64 /* names of options, of all verbs together */

/* Strings belong to argv. */
struct command {
	const struct verb *const *verbs; /* all there are, NULL behind the last */
	const struct verb *verb;
	bool verb_given; /* false: verb is what patctl does without one */
	char **operands; /* after the verb */
	size_t n_operands;
	struct {
		const struct option_info *option;
		const char *argument; /* NULL if it takes none */
	} given[OPTIONS_MAX];         /* options, each name once, in the order of argv */
	size_t n_given;
};

/* Options are compared by name: two verbs may each have a row of the same name. */
bool command_given(const struct command *command, const struct option_info *option);

/* The argument of an option: NULL if it was not given, otherwise UTF-8 and not empty. */
const char *command_value(const struct command *command, const struct option_info *option);

/* Whether text is one of the operands. */
bool command_has_operand(const struct command *command, const char *text);

/* Gives an option, once more or first.  The caller gives no more than OPTIONS_MAX names. */
void command_give(struct command *command, const struct option_info *option, const char *argument);
