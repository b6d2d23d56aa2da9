/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Sets of options, and one invocation of patctl: a verb, its options and its operands. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "common/option.h"

/* The options that several verbs take.  Other options stand with their verb. */
extern const struct option_info option_user, option_id, option_all, option_service, option_from,
	option_expires, option_reason, option_note, option_yes, option_host, option_json,
	option_output, option_no_legend, option_quiet, option_no_ask_password, option_no_pager,
	option_help, option_version;

/* Stands in a set for the options of all restrictions, see common/restriction.h. */
extern const struct option_info option_restrictions;

/* A set of options, each given by its address, in the order in which help shows them. */
#define OPTIONS(...) ((const struct option_info *const[]) { __VA_ARGS__, NULL })

/* What almost every verb takes, in a set. */
#define OPTIONS_COMMON                                                                             \
	&option_host, &option_json, &option_output, &option_quiet, &option_no_ask_password

/* The option at place i of a set, NULL after the last and in a set that is NULL. */
const struct option_info *options_at(const struct option_info *const *set, size_t i);

/* The option of that name in a set, of which len bytes count; NULL if there is none. */
const struct option_info *options_find(
	const struct option_info *const *set, const char *name, size_t len);

/* Whether a set has an option of the same name. */
bool options_have(const struct option_info *const *set, const struct option_info *option);

struct verb;

#define OPTIONS_MAX 64 /* names of options, of all verbs together */

/* Strings belong to argv. */
struct command {
	const struct verb *const *verbs; /* all there are, NULL after the last */
	const struct verb *verb;
	bool verb_given; /* false: verb is what patctl does without one */
	char **operands; /* after the verb */
	size_t n_operands;
	struct {
		const struct option_info *option;
		const char *argument; /* NULL if it takes none */
		bool by_letter;       /* as "-f", in place of "--follow" */
	} given[OPTIONS_MAX];         /* options, each name once, in the order of argv */
	size_t n_given;
};

/* Options are compared by name: two verbs may each have a row of the same name. */
bool command_given(const struct command *command, const struct option_info *option);

/* The argument of an option: NULL if it was not given, otherwise UTF-8; only a note is empty. */
const char *command_value(const struct command *command, const struct option_info *option);

/*
 * Shows what follows on standard output through a pager, see patctl/base/pager.h, unless it is for
 * a program or the options say otherwise.
 */
void command_page(const struct command *command);

/* Whether text is one of the operands. */
bool command_has_operand(const struct command *command, const char *text);

/* Gives an option, once more or first.  The caller gives no more than OPTIONS_MAX names. */
void command_give(struct command *command, const struct option_info *option, const char *argument);
/* The same of one that was given by its letter. */
void command_give_letter(
	struct command *command, const struct option_info *option, const char *argument);
