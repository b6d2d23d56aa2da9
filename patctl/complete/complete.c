/* Prints what may stand in a word, for the stubs in completions/. */
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "common/l10n.h"
#include "patctl/base/text.h"
#include "patctl/cli/options.h"
#include "patctl/cli/verbs.h"
#include "patctl/complete/candidates.h"
#include "patctl/complete/offer.h"

#define SECONDS_MAX 2 /* until a person who pressed a key takes the shell for dead */

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
	/* What was found until then is offered. */
	(void)setvbuf(stdout, NULL, _IOLBF, 0);
}

/* Those that the command takes and does not have yet. */
static void offer_options(const struct typing *typing, struct candidates *candidates)
{
	const struct verb *verb = typing->command.verb ? typing->command.verb : &verbs[0];
	unsigned int fit = verb->options | OPTION_HELP | OPTION_VERSION;

	for (size_t i = 0; i < 2; i++)
		if (typing->given & verb->exclusive[i])
			fit &= ~verb->exclusive[i];
	fit &= ~typing->given;
	for (size_t i = 0; i < OPTIONS; i++) {
		const char letter[] = { '-', options[i].letter, '\0' };
		cleanup_text char *name =
			text_format("--%s%s", options[i].name, options[i].argument ? "=" : "");

		if (!(fit & options[i].bit))
			continue;
		if (options[i].letter)
			candidates_option(candidates, letter, _(options[i].text));
		candidates_option(candidates, name, _(options[i].text));
	}
}

static void offer_argument(const struct option_info *option, const struct typing *typing,
	struct candidates *candidates)
{
	if (option->argument)
		offer(option->argument, strlen(option->argument), typing, candidates);
}

/* equals: in what is typed, "--OPTION=…". */
static void offer_behind(
	const char *equals, const struct typing *typing, struct candidates *candidates)
{
	const char *name = candidates->typed + strlen("--");
	const size_t len = (size_t)(equals - name);

	candidates->head = (size_t)(equals + 1 - candidates->typed);
	for (size_t i = 0; i < OPTIONS; i++)
		if (strlen(options[i].name) == len && memcmp(options[i].name, name, len) == 0)
			offer_argument(&options[i], typing, candidates);
}

/* The operand as help has it, without "[" and "...": in "TOKEN NAME", and of one that may repeat.
 */
static void offer_operand(const struct typing *typing, struct candidates *candidates)
{
	const char *word = typing->command.verb->operands;

	for (size_t i = 0; i < typing->command.n && strchr(word, ' '); i++)
		word = strchr(word, ' ') + 1;
	word += *word == '[';
	offer(word, strspn(word, "ABCDEFGHIJKLMNOPQRSTUVWXYZ"), typing, candidates);
}

static void offer_any(const struct typing *typing, struct candidates *candidates)
{
	const struct command *command = &typing->command;
	const struct verb *verb = command->verb;
	const char *typed = candidates->typed;
	const char *equals = strncmp(typed, "--", 2) == 0 ? strchr(typed, '=') : NULL;
	const bool operand = verb && !command->all && command->n < verb->max;
	const bool option = !typing->operands_only && (*typed == '-' || (verb && !operand));

	if (typing->open)
		offer_argument(typing->open, typing, candidates);
	else if (option && equals)
		offer_behind(equals, typing, candidates);
	else if (option)
		offer_options(typing, candidates);
	else if (operand)
		offer_operand(typing, candidates);
	else if (!command->verb_given)
		offer("VERB", strlen("VERB"), typing, candidates);
}

enum outcome complete_run(const struct command *command)
{
	struct candidates candidates = { .typed = command->items[command->n - 1] };
	struct typing typing;

	bound_time();
	/* The word complete itself takes the place of a program's name. */
	command_peek((int)command->n, command->items - 1, &typing);
	if (candidates_possible(candidates.typed))
		offer_any(&typing, &candidates);
	return OUTCOME_DONE;
}
