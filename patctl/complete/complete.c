/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* patctl complete: prints the candidates for a word, for the scripts in completions/. */
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "common/l10n.h"
#include "patctl/base/text.h"
#include "patctl/cli/verb.h"
#include "patctl/complete/candidates.h"
#include "patctl/complete/placeholder.h"

#define SECONDS_MAX 2 /* a person who pressed a key waits */

static void give_up(int number)
{
	(void)number;
	_exit(OUTCOME_FAILED);
}

/* patd, the bus, NSS and the file system may each hang. */
static void bound_time(void)
{
	(void)signal(SIGALRM, give_up);
	(void)alarm(SECONDS_MAX);
	/* Candidates found until then are printed. */
	(void)setvbuf(stdout, NULL, _IOLBF, 0);
}

/* Whether option or another that excludes it was given. */
static bool is_excluded(
	const struct command *command, const struct verb *verb, const struct option_info *option)
{
	const struct option_info *other;

	for (size_t i = 0; i < 2; i++) {
		if (!options_have(verb->exclusive[i], option))
			continue;
		for (size_t j = 0; (other = options_at(verb->exclusive[i], j)); j++)
			if (command_given(command, other))
				return true;
	}
	return false;
}

static void print_option(const struct option_info *option, struct candidates *candidates)
{
	const char letter[] = { '-', option->letter, '\0' };
	cleanup_text char *name = text_format("--%s%s", option->name, option->argument ? "=" : "");

	if (option->letter)
		candidates_option(candidates, letter, _(option->help));
	candidates_option(candidates, name, _(option->help));
}

/* The options that the verb takes and that were not given yet. */
static void complete_options(const struct partial_command *partial, struct candidates *candidates)
{
	const struct command *command = &partial->command;
	const struct verb *verb = command->verb ? command->verb : command->verbs[0];
	const struct option_info *const *const sets[] = { verb->options,
		OPTIONS(&option_help, &option_version) };
	const struct option_info *option;

	for (size_t i = 0; i < 2; i++)
		for (size_t j = 0; (option = options_at(sets[i], j)); j++)
			if (!command_given(command, option) && !is_excluded(command, verb, option))
				print_option(option, candidates);
}

static void complete_argument(const struct option_info *option,
	const struct partial_command *partial, struct candidates *candidates)
{
	if (option && option->argument)
		complete_placeholder(
			option->argument, strlen(option->argument), partial, candidates);
}

/* equals: in the word, "--OPTION=…". */
static void complete_behind(
	const char *equals, const struct partial_command *partial, struct candidates *candidates)
{
	const char *name = candidates->typed + strlen("--");

	candidates->head = (size_t)(equals + 1 - candidates->typed);
	complete_argument(
		command_find_option(partial->command.verbs, name, (size_t)(equals - name)), partial,
		candidates);
}

/* The next operand as help writes it, without "[" and "...". */
static void complete_operand(const struct partial_command *partial, struct candidates *candidates)
{
	const char *word = partial->command.verb->operands;

	for (size_t i = 0; i < partial->command.n_operands && strchr(word, ' '); i++)
		word = strchr(word, ' ') + 1;
	word += *word == '[';
	complete_placeholder(word, strspn(word, "ABCDEFGHIJKLMNOPQRSTUVWXYZ"), partial, candidates);
}

/* Whether an operand may come next. */
static bool takes_operand(const struct command *command)
{
	size_t min, max;

	if (!command->verb || command_given(command, &option_all))
		return false;
	verb_count_operands(command->verb, &min, &max);
	return command->n_operands < max;
}

static void complete_word(const struct partial_command *partial, struct candidates *candidates)
{
	const struct command *command = &partial->command;
	const char *typed = candidates->typed;
	const char *equals = strncmp(typed, "--", 2) == 0 ? strchr(typed, '=') : NULL;
	const bool operand = takes_operand(command);
	const bool option =
		!partial->operands_only && (*typed == '-' || (command->verb && !operand));

	if (partial->waiting)
		complete_argument(partial->waiting, partial, candidates);
	else if (option && equals)
		complete_behind(equals, partial, candidates);
	else if (option)
		complete_options(partial, candidates);
	else if (operand)
		complete_operand(partial, candidates);
	else if (!command->verb_given)
		complete_placeholder("VERB", strlen("VERB"), partial, candidates);
}

static enum outcome run(const struct command *command)
{
	struct candidates candidates = { .typed = command->operands[command->n_operands - 1] };
	struct partial_command partial;

	bound_time();
	/* The word "complete" stands in the place of a program's name. */
	command_parse_partial(
		command->verbs, (int)command->n_operands, command->operands - 1, &partial);
	if (candidates_possible(candidates.typed))
		complete_word(&partial, &candidates);
	return OUTCOME_DONE;
}

const struct verb verb_complete = { "complete", "-- WORD...", run,
	N_("say what may stand in a word, for the completion of shells"), NULL,
	{ N_("Prints what may stand in the place of the last WORD, if those before it are a\n"
	     "command line of patctl: a candidate a line, with a description behind a tab.\n"
	     "The completions of bash, fish and zsh ask it.  It asks for no password, and is\n"
	     "silent about what goes wrong.\n") },
	"  patctl complete -- restore \"\"\n", .hidden = true };
