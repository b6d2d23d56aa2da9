/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The options of one invocation of patctl. */
#include "patctl/cli/command.h"

#include <string.h>

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

bool command_has_operand(const struct command *command, const char *text)
{
	for (size_t i = 0; i < command->n_operands; i++)
		if (strcmp(command->operands[i], text) == 0)
			return true;
	return false;
}

void command_give(struct command *command, const struct option_info *option, const char *argument)
{
	const size_t i = find(command, option);

	command->given[i].option = option;
	command->given[i].argument = argument;
	if (i == command->n_given)
		command->n_given++;
}
