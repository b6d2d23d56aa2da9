/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The help of patctl and of each verb, and the verb that prints it. */
#include <stdio.h>
#include <string.h>

#include "common/l10n.h"
#include "patctl/base/text.h"
#include "patctl/cli/verb.h"

static void print_option(const struct option_info *option)
{
	char form[32];

	(void)snprintf(form, sizeof(form), "%s%s%s", option->name, option->argument ? "=" : "",
		option->argument ? option->argument : "");
	if (option->letter)
		(void)printf("  -%c, --%-17s %s\n", option->letter, form, _(option->help));
	else
		(void)printf("      --%-17s %s\n", form, _(option->help));
}

static void print_options(const struct option_info *const *set)
{
	const struct option_info *option;

	for (size_t i = 0; (option = options_at(set, i)); i++)
		print_option(option);
}

static void print_verb(const struct verb *verb)
{
	const char *end = strchr(verb->examples, '\n');

	(void)printf(_("Usage: patctl %s%s%s [OPTION...]\n\n"), verb->name,
		*verb->operands ? " " : "", verb->operands);
	for (size_t i = 0; verb->help[i]; i++)
		(void)puts(_(verb->help[i]));
	(void)printf("%s\n%s\n", P_("Example:", "Examples:", end && end[1] != '\0' ? 2 : 1),
		verb->examples);
	(void)puts(_("Options:"));
	print_options(verb->options);
	print_option(&option_help);
}

static void print_all(const struct verb *const *verbs)
{
	(void)puts(
		_("Usage: patctl [VERB] [OPERAND...] [OPTION...]\n\n"
		  "Personal access tokens: log in with a token instead of a password, and revoke\n"
		  "the token without changing the password.\n\n"
		  "Verbs:"));
	for (; *verbs; verbs++) {
		char form[32];

		if ((*verbs)->hidden)
			continue;
		(void)snprintf(form, sizeof(form), "%s %s", (*verbs)->name, (*verbs)->operands);
		(void)printf("  %-18s %s\n", form, _((*verbs)->summary));
	}
	(void)puts(_("\n"
		     "Options of most verbs:"));
	print_options(OPTIONS(&option_user, &option_host, &option_json, &option_quiet,
		&option_no_ask_password, &option_help, &option_version));
	(void)printf("\n%s\n%s\n  TOKEN=$(patctl generate ci --expires=7d)\n",
		_("For the options of a verb:  patctl help VERB.  See also patctl(1).\n"),
		P_("Example:", "Examples:", 1));
}

void help_print(const struct verb *const *verbs, const struct verb *verb)
{
	if (verb)
		print_verb(verb);
	else
		print_all(verbs);
}

static enum outcome run(const struct command *command)
{
	const char *name = command->n_operands > 0 ? command->operands[0] : NULL;
	const struct verb *verb = name ? verb_find(command->verbs, name) : NULL;

	if (name && !verb) {
		cleanup_text char *safe = text_safe(name);

		complain(_("unknown verb \"%s\"; to list verbs: patctl help"), safe);
		return OUTCOME_USAGE;
	}
	command_page(command);
	help_print(command->verbs, verb);
	return OUTCOME_DONE;
}

const struct verb verb_help = { "help", "[VERB]", run, N_("show the help of a verb"),
	OPTIONS(&option_no_pager), { N_("Shows the help of patctl or of one verb.\n") },
	.examples = "  patctl help generate\n" };
