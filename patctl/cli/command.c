/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Sets of options, the options that several verbs take, and those of one invocation. */
#include "patctl/cli/command.h"

#include <string.h>

#include "common/l10n.h"
#include "common/restriction.h"
#include "patctl/base/pager.h"

const struct option_info option_user = { "user", "USER", N_("tokens of USER instead of your own"),
	'u' };
const struct option_info option_id = { "id", NULL,
	N_("TOKEN is the full id of a token, not a name"), 0 };
const struct option_info option_all = { "all", NULL, N_("of all users, see above"), 'a' };
const struct option_info option_service = { "service", "SERVICE", N_("PAM services, such as sudo"),
	0 };
const struct option_info option_from = { "from", "SOURCE",
	N_("where logins come from, such as 192.0.2.7 or local"), 0 };
const struct option_info option_expires = { "expires", "WHEN",
	N_("\"30 days\", 2027-01-31 or never"), 0 };
const struct option_info option_reason = { "reason", "TEXT", N_("reason, recorded and shown"), 0 };
const struct option_info option_note = { "note", "TEXT",
	N_("note, for people; shown by list and show"), 0 };
const struct option_info option_yes = { "yes", NULL, N_("do not ask for confirmation"), 'y' };
const struct option_info option_host = { "host", "HOST",
	N_("on another machine, by ssh; or USER@HOST"), 'H' };
const struct option_info option_json = { "json", NULL,
	N_("print JSON; times in seconds since 1970 UTC"), 0 };
const struct option_info option_output = { "output", "FORMAT", N_("print in this format: json"),
	'o' };
const struct option_info option_no_legend = { "no-legend", NULL, N_("no headings above the table"),
	0 };
const struct option_info option_quiet = { "quiet", NULL, N_("only results and errors, no hints"),
	'q' };
const struct option_info option_no_ask_password = { "no-ask-password", NULL,
	N_("never ask for a password; fail instead"), 0 };
const struct option_info option_no_pager = { "no-pager", NULL,
	N_("do not show the output in a pager"), 0 };
const struct option_info option_help = { "help", NULL, N_("print this help"), 'h' };
const struct option_info option_version = { "version", NULL, N_("print the version"), 'V' };

const struct option_info option_restrictions = { 0 };

const struct option_info *options_at(const struct option_info *const *set, size_t i)
{
	for (; set && *set; set++) {
		const size_t n = *set == &option_restrictions ? PAT_RESTRICTIONS : 1;

		if (i < n)
			return *set == &option_restrictions ? &restrictions[i].option : *set;
		i -= n;
	}
	return NULL;
}

const struct option_info *options_find(
	const struct option_info *const *set, const char *name, size_t len)
{
	const struct option_info *option;

	for (size_t i = 0; (option = options_at(set, i)); i++)
		if (strlen(option->name) == len && memcmp(option->name, name, len) == 0)
			return option;
	return NULL;
}

bool options_have(const struct option_info *const *set, const struct option_info *option)
{
	return options_find(set, option->name, strlen(option->name)) != NULL;
}

/* n_given if it was not given. */
static size_t find(const struct command *command, const struct option_info *option)
{
	size_t i = 0;

	while (i < command->n_given && strcmp(command->given[i].option->name, option->name) != 0)
		i++;
	return i;
}

bool command_given(const struct command *command, const struct option_info *option)
{
	return find(command, option) < command->n_given;
}

const char *command_value(const struct command *command, const struct option_info *option)
{
	const size_t i = find(command, option);

	return i < command->n_given ? command->given[i].argument : NULL;
}

void command_page(const struct command *command)
{
	if (!command_given(command, &option_no_pager) && !command_given(command, &option_json) &&
		!command_given(command, &option_quiet))
		pager_begin();
}

bool command_has_operand(const struct command *command, const char *text)
{
	for (size_t i = 0; i < command->n_operands; i++)
		if (strcmp(command->operands[i], text) == 0)
			return true;
	return false;
}

static void give(struct command *command, const struct option_info *option, const char *argument,
	bool by_letter)
{
	const size_t i = find(command, option);

	command->given[i].option = option;
	command->given[i].argument = argument;
	command->given[i].by_letter = by_letter;
	if (i == command->n_given)
		command->n_given++;
}

void command_give(struct command *command, const struct option_info *option, const char *argument)
{
	give(command, option, argument, false);
}

void command_give_letter(
	struct command *command, const struct option_info *option, const char *argument)
{
	give(command, option, argument, true);
}
