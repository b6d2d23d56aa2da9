/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Parses a command line by a table of verbs. */
#include "patctl/cli/parse.h"

#include <dbus/dbus.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>

#include "common/l10n.h"
#include "common/name.h"
#include "common/token_format.h"
#include "patctl/base/host.h"
#include "patctl/base/text.h"
#include "patctl/cli/argument.h"
#include "patctl/cli/verb.h"

/* The return value of getopt_long() for option number 0: above all letters. */
#define FIRST 256

/* The options of all verbs, each name once, and the same for getopt_long(). */
struct grammar {
	const struct option_info *options[OPTIONS_MAX];
	size_t n;
	struct option longs[OPTIONS_MAX + 1];
	char shorts[1 + 2 * OPTIONS_MAX + 1];
	size_t shorts_len;
};

static void add_option(struct grammar *grammar, const struct option_info *option)
{
	for (size_t i = 0; i < grammar->n; i++)
		if (strcmp(grammar->options[i]->name, option->name) == 0)
			return;
	if (grammar->n == OPTIONS_MAX)
		abort();
	grammar->longs[grammar->n] = (struct option) {
		.name = option->name,
		.has_arg = option->argument ? required_argument : no_argument,
		.val = FIRST + (int)grammar->n,
	};
	if (option->letter)
		grammar->shorts[grammar->shorts_len++] = option->letter;
	if (option->letter && option->argument)
		grammar->shorts[grammar->shorts_len++] = ':';
	grammar->options[grammar->n++] = option;
}

/* silent: getopt_long() reports no error, and a missing argument as ':'. */
static struct grammar describe(const struct verb *const *verbs, bool silent)
{
	struct grammar grammar = { 0 };
	const struct option_info *option;

	if (silent)
		grammar.shorts[grammar.shorts_len++] = ':';
	for (; *verbs; verbs++)
		for (size_t i = 0; (option = options_at((*verbs)->options, i)); i++)
			add_option(&grammar, option);
	add_option(&grammar, &option_help);
	add_option(&grammar, &option_version);
	add_option(&grammar, &option_no_pager);
	return grammar;
}

/* got: a return value of getopt_long(), or optopt. */
static const struct option_info *find_option(const struct grammar *grammar, int got)
{
	for (size_t i = 0; i < grammar->n; i++)
		if (got == FIRST + (int)i || got == grammar->options[i]->letter)
			return grammar->options[i];
	return NULL;
}

static enum outcome refuse(const struct verb *verb)
{
	if (verb)
		complain(_("try: patctl help %s"), verb->name);
	else
		complain("%s", _("try: patctl help"));
	return OUTCOME_USAGE;
}

/* Takes the first operand for the verb. */
static void take_verb(struct command *command)
{
	command->verb = verb_find(command->verbs, command->operands[0]);
	command->verb_given = true;
	command->operands++;
	command->n_operands--;
}

static enum outcome refuse_verb(const struct verb *const *verbs, const char *word)
{
	const struct verb *nearest = verb_nearest(verbs, word);
	cleanup_text char *safe = text_safe(word);

	if (nearest)
		complain(_("unknown verb \"%s\"; did you mean: patctl %s"), safe, nearest->name);
	else
		complain(_("unknown verb \"%s\""), safe);
	return refuse(NULL);
}

/* A token there is in the history of the shell, and every user can see it in ps(1). */
static bool check_no_token(const struct command *command)
{
	struct pat_id id;

	for (size_t i = 0; i < command->n_operands; i++)
		if (pat_token_parse(command->operands[i], &id)) {
			complain(_("the argument is a token: it is now in the shell history, "
				   "and others may have seen it.\n"
				   "Replace its secret: patctl rotate --grace=none --id %s\n"
				   "To check a token, pass it on standard input: patctl check"),
				id.text);
			return false;
		}
	return true;
}

static bool check_host(const char *host)
{
	const char *problem = host_problem(host);

	return !problem || argument_wrong(&option_host, host, problem);
}

static bool check_arguments(const struct command *command)
{
	const char *user = command_value(command, &option_user),
		   *host = command_value(command, &option_host);

	for (size_t i = 0; i < command->n_given; i++) {
		const char *text = command->given[i].argument;

		if (text && *text == '\0')
			return argument_wrong(
				command->given[i].option, text, N_("the value is empty"));
		if (text && !dbus_validate_utf8(text, NULL))
			return argument_wrong(
				command->given[i].option, text, N_("the value is not valid UTF-8"));
	}
	if (user && pat_name_problem(user)) {
		complain(_("--user requires a user name"));
		return false;
	}
	return !host || check_host(host);
}

/* The verb does not take --host. */
static enum outcome refuse_host(const struct command *command)
{
	const char *host = command_value(command, &option_host);
	cleanup_text char *ssh = NULL;

	if (!check_host(host))
		return OUTCOME_USAGE;
	ssh = host_ssh(host, false);
	complain(_("patctl %s does not support --host; run: %s patctl %s"), command->verb->name,
		ssh, command->verb->name);
	return OUTCOME_USAGE;
}

static enum outcome check_taken(const struct command *command)
{
	const struct option_info *const *taken = command->verb->options;

	for (size_t i = 0; i < command->n_given; i++) {
		const struct option_info *option = command->given[i].option;

		if (options_have(taken, option) ||
			options_have(
				OPTIONS(&option_help, &option_version, &option_no_pager), option))
			continue;
		if (option == &option_host && taken)
			return refuse_host(command);
		complain(_("%s takes no --%s"), command->verb->name, option->name);
		return refuse(command->verb);
	}
	return OUTCOME_DONE;
}

/* At most one option of set may be given. */
static bool check_exclusive(const struct command *command, const struct option_info *const *set)
{
	const struct option_info *first = NULL, *option;

	for (size_t i = 0; (option = options_at(set, i)); i++) {
		if (!command_given(command, option))
			continue;
		if (first) {
			complain(_("--%s and --%s cannot be combined"), first->name, option->name);
			return false;
		}
		first = option;
	}
	return true;
}

static bool check_operands(const struct command *command)
{
	const struct verb *verb = command->verb;
	const bool all = command_given(command, &option_all);
	size_t min, max;

	verb_count_operands(verb, &min, &max);
	if (all && command->n_operands > 0) {
		complain(_("--all cannot be combined with operands"));
		return false;
	}
	if (!all && (command->n_operands < min || command->n_operands > max)) {
		complain(_("usage: patctl %s%s%s"), verb->name, *verb->operands ? " " : "",
			verb->operands);
		return false;
	}
	return true;
}

static enum outcome check(const struct command *command)
{
	const struct verb *verb = command->verb;
	const enum outcome outcome = check_taken(command);

	if (outcome != OUTCOME_DONE || command_given(command, &option_help) ||
		command_given(command, &option_version))
		return outcome;
	if (!check_exclusive(command, verb->exclusive[0]) ||
		!check_exclusive(command, verb->exclusive[1]) || !check_operands(command))
		return refuse(verb);
	return check_arguments(command) ? OUTCOME_DONE : OUTCOME_USAGE;
}

/* partial: errors are not reported.  False after one that was. */
static bool read_options(const struct verb *const *verbs, int argc, char **argv, bool partial,
	struct partial_command *ret)
{
	const struct grammar grammar = describe(verbs, partial);
	int got;

	optind = 0;
	while ((got = getopt_long(argc, argv, grammar.shorts, grammar.longs, NULL)) != -1) {
		const struct option_info *option = find_option(&grammar, got == ':' ? optopt : got);

		if (got == ':')
			ret->waiting = option;
		else if (option)
			command_give(&ret->command, option, optarg);
		else if (!partial)
			return false;
	}

	ret->operands_only = optind > 1 && strcmp(argv[optind - 1], "--") == 0;
	ret->command.verbs = verbs;
	ret->command.operands = argv + optind;
	ret->command.n_operands = (size_t)(argc - optind);
	return true;
}

enum outcome command_parse(
	const struct verb *const *verbs, int argc, char **argv, struct command *ret)
{
	static char self[] = "patctl"; /* what getopt's own messages begin with */
	struct partial_command words = { .command.verb = verbs[0] };

	if (argc > 0)
		argv[0] = self;
	if (!read_options(verbs, argc, argv, false, &words))
		return refuse(NULL);
	*ret = words.command;
	if (!check_no_token(ret))
		return OUTCOME_USAGE;
	if (ret->n_operands > 0)
		take_verb(ret);
	return ret->verb ? check(ret) : refuse_verb(verbs, ret->operands[-1]);
}

void command_parse_partial(
	const struct verb *const *verbs, int argc, char **argv, struct partial_command *ret)
{
	*ret = (struct partial_command) { 0 };
	(void)read_options(verbs, argc, argv, true, ret);
	if (ret->command.n_operands > 0)
		take_verb(&ret->command);
}

const struct option_info *command_find_option(
	const struct verb *const *verbs, const char *name, size_t len)
{
	const struct option_info *option = NULL;

	for (; *verbs && !option; verbs++)
		option = options_find((*verbs)->options, name, len);
	return option;
}
