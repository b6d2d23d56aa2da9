#include "patctl/help.h"

#include <stdio.h>

#include "patctl/options.h"
#include "patctl/text.h"

static void print_option(const struct option_info *option)
{
	char form[32];

	(void)snprintf(form, sizeof(form), "%s%s%s", option->name, option->argument ? "=" : "",
		option->argument ? option->argument : "");
	if (option->letter)
		(void)printf("  -%c, --%-17s %s\n", option->letter, form, option->text);
	else
		(void)printf("      --%-17s %s\n", form, option->text);
}

static void print_verb(const struct verb *verb)
{
	(void)printf("Usage: patctl %s%s%s [OPTION...]\n\n%s\nOptions:\n", verb->name,
		*verb->operands ? " " : "", verb->operands, verb->help);
	for (size_t i = 0; i < OPTIONS; i++)
		if (options[i].bit & (verb->options | OPTION_HELP))
			print_option(&options[i]);
}

static void print_all(void)
{
	(void)puts("Usage: patctl [VERB] [OPERAND...] [OPTION...]\n\n"
		   "Personal access tokens: log in with a token in a password's place, and end\n"
		   "that access without changing the password.\n\n"
		   "Verbs:");
	for (size_t i = 0; i < VERBS; i++) {
		char form[32];

		(void)snprintf(form, sizeof(form), "%s %s", verbs[i].name, verbs[i].operands);
		(void)printf("  %-18s %s\n", form, verbs[i].summary);
	}
	(void)puts("\nOptions that almost all take:");
	for (size_t i = 0; i < OPTIONS; i++)
		if (options[i].bit & (OPTIONS_COMMON | OPTION_USER | OPTION_HELP | OPTION_VERSION))
			print_option(&options[i]);
	(void)puts("\nEach verb has more to say, and more options:  patctl help VERB.  See also "
		   "patctl(1).\n\n"
		   "Example:\n"
		   "  TOKEN=$(patctl generate ci --expires=7d)");
}

void help_print(const struct verb *verb)
{
	if (verb)
		print_verb(verb);
	else
		print_all();
}

enum outcome help_run(const struct command *command)
{
	const struct verb *verb = NULL;

	if (command->n > 0) {
		verb = verb_find(command->items[0]);
		if (!verb) {
			cleanup_text char *safe = text_safe(command->items[0]);

			complain("there is no verb \"%s\"; see them with: patctl help", safe);
			return OUTCOME_USAGE;
		}
	}
	help_print(verb);
	return OUTCOME_DONE;
}
