/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Parses a command line by a table of verbs, see patctl/cli/verb.h. */
#pragma once

#include "patctl/base/outcome.h"
#include "patctl/cli/command.h"
#include "patctl/cli/verb.h"

/*
 * Options may stand anywhere, before the verb and after operands too; without a verb it is the
 * first of the table.  OUTCOME_DONE, or OUTCOME_USAGE after a message on standard error.
 */
enum outcome command_parse(
	const struct verb *const *verbs, int argc, char **argv, struct command *ret);

/* Names the help of verb, NULL: of patctl, after a message about the usage.  OUTCOME_USAGE. */
enum outcome command_refuse(const struct verb *verb);

/* A command line that is still being typed, as far as it goes. */
struct partial_command {
	struct command command; /* verb NULL: there is no verb yet, or none of that name */
	const struct option_info *waiting; /* the option whose argument comes next, NULL if none */
	bool operands_only;                /* "--" was typed */
};

/* argv has the words before the one that is being typed.  Errors in them are not reported. */
void command_parse_partial(
	const struct verb *const *verbs, int argc, char **argv, struct partial_command *ret);

/* The option of that name, of which len bytes count, of whichever verb; NULL if there is none. */
const struct option_info *command_find_option(
	const struct verb *const *verbs, const char *name, size_t len);
