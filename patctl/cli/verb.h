/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A verb of patctl: its operands, options, help and function.  Each verb defines its own row, and
 * patctl/verb_table.c lists them.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "patctl/base/outcome.h"
#include "patctl/cli/command.h"

/* Strings are static; NULL ends each list. */
struct verb {
	const char *name;
	const char *operands; /* as help writes them, "" for none: see verb_count_operands() */
	enum outcome (*run)(const struct command *command);
	const char *summary;                      /* a line */
	const struct option_info *const *options; /* beside --help and --version; NULL: none */
	const char *help[9];                      /* paragraphs, NULL after the last */
	const char *examples;                     /* a line each */

	/* Options that may be given in place of operands; --all always may. */
	const struct option_info *const *selecting;
	/* Sets of options; at most one option of each set may be given. */
	const struct option_info *const *exclusive[2];
	const char *aliases[4];  /* other names that it is called by */
	const char *synonyms[6]; /* its names in other tools, for suggestions */
	const char *no_operands; /* what is complained of an operand where it takes none; NULL */
	bool formats;            /* reads --output itself, but for json */
	bool hidden;             /* for programs: help and completion do not list it */
	/* For completion: */
	const char *token_states[5]; /* of the tokens that TOKEN may be; none: any */
	bool takes_any;              /* a restriction may be "any", for none */
	bool disabled_users;         /* USER is a disabled user */
	bool ended_states;           /* STATE is one in which no token can work */
};

/*
 * How many operands it takes, from how help writes them: "NAME" is one, "[NAME]" none or one, and
 * three dots repeat the last.
 */
void verb_count_operands(const struct verb *verb, size_t *ret_min, size_t *ret_max);

/* The option that is given in place of operands; NULL: none is. */
const struct option_info *verb_selecting(const struct verb *verb, const struct command *command);

/*
 * The option that was probably meant by the name of one that the verb does not take, or by a
 * letter; NULL if none is near.
 */
const struct option_info *option_nearest(const struct verb *verb, const char *name);

/* NULL ends a table of verbs; the first is what patctl does without a verb. */

/* By its name or an alias; NULL if there is none. */
const struct verb *verb_find(const struct verb *const *verbs, const char *name);

/* Prints the help of one verb; of patctl as a whole if verb is NULL.  In help.c. */
void help_print(const struct verb *const *verbs, const struct verb *verb);

/* The verb that was probably meant by a word that is no verb, NULL if none is near. */
const struct verb *verb_nearest(const struct verb *const *verbs, const char *word);
