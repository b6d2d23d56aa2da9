#include "patctl/cli/help.h"

#include <stdio.h>
#include <string.h>

#include "common/l10n.h"
#include "patctl/base/text.h"
#include "patctl/cli/options.h"

static void print_option(const struct option_info *option)
{
	char form[32];

	(void)snprintf(form, sizeof(form), "%s%s%s", option->name, option->argument ? "=" : "",
		option->argument ? option->argument : "");
	if (option->letter)
		(void)printf("  -%c, --%-17s %s\n", option->letter, form, _(option->text));
	else
		(void)printf("      --%-17s %s\n", form, _(option->text));
}

static void print_help(const struct verb *verb)
{
	const char *end = strchr(verb->examples, '\n');

	for (size_t i = 0; i < HELP_MAX && verb->help[i]; i++)
		(void)puts(_(verb->help[i]));
	(void)printf("%s\n%s\n", P_("Example:", "Examples:", end && end[1] != '\0' ? 2 : 1),
		verb->examples);
}

static void print_verb(const struct verb *verb)
{
	(void)printf(_("Usage: patctl %s%s%s [OPTION...]\n\n"), verb->name,
		*verb->operands ? " " : "", verb->operands);
	print_help(verb);
	(void)puts(_("Options:"));
	for (size_t i = 0; i < OPTIONS; i++)
		if (options[i].bit & (verb->options | OPTION_HELP))
			print_option(&options[i]);
}

static void print_all(void)
{
	(void)puts(_("Usage: patctl [VERB] [OPERAND...] [OPTION...]\n\n"
		     "Personal access tokens: log in with a token in a password's place, and end\n"
		     "that access without changing the password.\n\n"
		     "Verbs:"));
	for (size_t i = 0; i < VERBS; i++) {
		char form[32];

		(void)snprintf(form, sizeof(form), "%s %s", verbs[i].name, verbs[i].operands);
		(void)printf("  %-18s %s\n", form, _(verbs[i].summary));
	}
	(void)puts(_("\nOptions that almost all take:"));
	for (size_t i = 0; i < OPTIONS; i++)
		if (options[i].bit & (OPTIONS_COMMON | OPTION_USER | OPTION_HELP | OPTION_VERSION))
			print_option(&options[i]);
	(void)printf("\n%s\n%s\n  TOKEN=$(patctl generate ci --expires=7d)\n",
		_("Each verb has more to say, and more options:  patctl help VERB.  See also "
		  "patctl(1).\n"),
		P_("Example:", "Examples:", 1));
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

			complain(_("there is no verb \"%s\"; see them with: patctl help"), safe);
			return OUTCOME_USAGE;
		}
	}
	help_print(verb);
	return OUTCOME_DONE;
}
