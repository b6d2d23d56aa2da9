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

static void print_aliases(const struct verb *verb)
{
	for (size_t i = 0; verb->aliases[i]; i++)
		(void)printf("%s%s", i == 0 ? _("Aliases: ") : ", ", verb->aliases[i]);
	if (verb->aliases[0])
		(void)fputs("\n\n", stdout);
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
	print_aliases(verb);
	(void)puts(_("Options:"));
	print_options(verb->options);
	print_option(&option_help);
}

/* "revoke TOKEN..."; the caller owns it. */
static char *verb_form(const struct verb *verb)
{
	return text_format(
		"%s%s%s", verb->name, *verb->operands != '\0' ? " " : "", verb->operands);
}

static void print_verbs(const struct verb *const *verbs)
{
	size_t width = 0;

	for (size_t i = 0; verbs[i]; i++) {
		cleanup_text char *form = verb_form(verbs[i]);

		width = verbs[i]->hidden ? width : text_wider(width, form);
	}
	for (size_t i = 0; verbs[i]; i++) {
		cleanup_text char *form = verb_form(verbs[i]), *padded = text_pad(form, width);

		if (!verbs[i]->hidden)
			(void)printf("  %s  %s\n", padded, _(verbs[i]->summary));
	}
}

static void print_all(const struct verb *const *verbs)
{
	(void)puts(
		_("Usage: patctl [VERB] [OPERAND...] [OPTION...]\n\n"
		  "Personal access tokens: log in with a token instead of a password, and revoke\n"
		  "the token without changing the password.\n\n"
		  "Verbs:"));
	print_verbs(verbs);
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
