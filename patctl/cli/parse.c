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
#include "patctl/cli/operands.h"
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

/* getopt_long() reports no error itself, and a missing argument as ':'. */
static struct grammar describe(const struct verb *const *verbs)
{
	struct grammar grammar = { .shorts = ":", .shorts_len = 1 };
	const struct option_info *option;

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

enum outcome command_refuse(const struct verb *verb)
{
	if (verb)
		advise(_("try: patctl help %s"), verb->name);
	else
		advise("%s", _("try: patctl help"));
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
	return command_refuse(NULL);
}

/* A token there is in the history of the shell, and every user can see it in ps(1). */
static bool has_no_token(const char *text)
{
	struct pat_id id;

	if (!text || !pat_token_within(text, &id))
		return true;
	complain(_("an argument contains a token: it is now in the shell history, "
		   "and others may have seen it.\n"
		   "Replace its secret: patctl rotate --grace=none --id %s\n"
		   "To check a token, pass it on standard input: patctl check"),
		id.text);
	return false;
}

static bool check_no_token(const struct command *command)
{
	for (size_t i = 0; i < command->n_operands; i++)
		if (!has_no_token(command->operands[i]))
			return false;
	for (size_t i = 0; i < command->n_given; i++)
		if (!has_no_token(command->given[i].argument))
			return false;
	return true;
}

static bool check_host(const char *host)
{
	const char *problem = host_problem(host);

	return !problem || argument_wrong(&option_host, host, problem);
}

/* The word that somebody may have meant. */
static const char *empty_problem(const struct verb *verb, const struct option_info *option)
{
	if (strcmp(option->name, "expires") == 0)
		return N_("the value is empty; for no expiration write \"never\"");
	if (verb->takes_any && options_have(OPTIONS(&option_restrictions), option))
		return N_("the value is empty; to remove the restriction write \"any\"");
	return N_("the value is empty");
}

static bool check_arguments(const struct command *command)
{
	const char *user = command_value(command, &option_user),
		   *host = command_value(command, &option_host);

	for (size_t i = 0; i < command->n_given; i++) {
		const struct option_info *option = command->given[i].option;
		const char *text = command->given[i].argument;

		if (text && *text == '\0' && option != &option_note)
			return argument_wrong(option, text, empty_problem(command->verb, option));
		if (text && !dbus_validate_utf8(text, NULL))
			return argument_wrong(option, text, N_("the value is not valid UTF-8"));
	}
	if (user && pat_name_problem(user)) {
		complain(_("--user requires a user name"));
		return false;
	}
	return !host || check_host(host);
}

/* The verb does not take it. */
static enum outcome refuse_option(
	const struct verb *verb, const struct option_info *option, bool by_letter)
{
	const char letter[] = { option->letter, '\0' };
	const struct option_info *meant =
		verb->options ? option_nearest(verb, by_letter ? letter : option->name) : NULL;
	cleanup_text char *typed =
		text_format("%s%s", by_letter ? "-" : "--", by_letter ? letter : option->name);

	if (meant)
		complain(_("%s takes no %s; did you mean --%s?"), verb->name, typed, meant->name);
	else
		complain(_("%s takes no %s"), verb->name, typed);
	return command_refuse(verb);
}

/* The verb does not take --host. */
static enum outcome refuse_host(const struct command *command)
{
	const char *host = command_value(command, &option_host);
	cleanup_text char *ssh = NULL;

	if (!check_host(host))
		return command_refuse(command->verb);
	ssh = host_ssh(host, false);
	complain(_("patctl %s does not support --host; run: %s patctl %s"), command->verb->name,
		ssh, command->verb->name);
	return command_refuse(command->verb);
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
		return refuse_option(command->verb, option, command->given[i].by_letter);
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

/* --output=json is --json. */
static bool take_output(struct command *command)
{
	const char *format = command_value(command, &option_output);
	const bool table = options_have(command->verb->options, &option_no_legend);

	if (!format)
		return true;
	if (strcmp(format, "json") == 0) {
		command_give(command, &option_json, NULL);
		return true;
	}
	if (command_given(command, &option_json)) {
		complain(_("--%s and --%s cannot be combined"), option_json.name,
			option_output.name);
		return false;
	}
	return command->verb->formats || (table && strcmp(format, "table") == 0) ||
	       argument_wrong(&option_output, format, N_("the only format is json"));
}

static enum outcome check(struct command *command)
{
	const struct verb *verb = command->verb;
	const enum outcome outcome = check_taken(command);

	if (outcome != OUTCOME_DONE || command_given(command, &option_help) ||
		command_given(command, &option_version))
		return outcome;
	if (!check_exclusive(command, verb->exclusive[0]) ||
		!check_exclusive(command, verb->exclusive[1]) || !operands_check(command))
		return command_refuse(verb);
	return check_arguments(command) && take_output(command) ? OUTCOME_DONE
								: command_refuse(verb);
}

/* What getopt_long() found wrong with a word. */
static void report(const struct verb *verb, const char *word, int wrong, bool missing,
	const struct option_info *option)
{
	/* A letter is its own number, and what has none is 0. */
	const bool is_long = wrong == 0 || wrong >= FIRST;
	const char letter[] = { (char)wrong, '\0' };
	cleanup_text char *name = NULL, *safe = NULL;
	const struct option_info *meant;

	if (option && missing)
		complain(is_long ? _("--%s requires a value") : _("-%s requires a value"),
			is_long ? option->name : letter);
	else if (option)
		complain(_("--%s takes no value"), option->name);
	if (option)
		return;
	name = is_long ? text_format("%.*s", (int)strcspn(word, "="), word)
		       : text_format("%s", letter);
	safe = text_format("%s%s", is_long ? "--" : "-", name);
	meant = option_nearest(verb, name);
	if (meant)
		complain(_("unknown option \"%s\"; did you mean --%s?"), safe, meant->name);
	else
		complain(_("unknown option \"%s\""), safe);
}

/* False where an option is wrong: *ret_got is what getopt_long() returned for it. */
static bool read_options(const struct grammar *grammar, int argc, char **argv, bool partial,
	struct partial_command *ret, int *ret_got)
{
	int got;

	optind = 0;
	while ((got = getopt_long(argc, argv, grammar->shorts, grammar->longs, NULL)) != -1) {
		const bool wrong = got == ':' || got == '?';
		/* With '?' it is one that takes no value, and was given one; or 0. */
		const struct option_info *option =
			wrong && optopt == 0 ? NULL : find_option(grammar, wrong ? optopt : got);

		if (got == ':')
			ret->waiting = option;
		else if (wrong && option)
			command_give(&ret->command, option, NULL);
		else if (option && got == option->letter)
			command_give_letter(&ret->command, option, optarg);
		else if (option)
			command_give(&ret->command, option, optarg);
		if (!partial && wrong) {
			*ret_got = got;
			return false;
		}
	}

	ret->operands_only = optind > 1 && strcmp(argv[optind - 1], "--") == 0;
	ret->command.operands = argv + optind;
	ret->command.n_operands = (size_t)(argc - optind);
	return true;
}

/* The verb of a command line with a wrong option is what it would be without that. */
static enum outcome refuse_options(const struct verb *const *verbs, const struct grammar *grammar,
	int argc, char **argv, int got)
{
	const int wrong = optopt;
	const struct option_info *option = wrong != 0 ? find_option(grammar, wrong) : NULL;
	const char *word = argv[optind - 1];
	struct partial_command partial;
	const struct verb *verb;

	word += strspn(word, "-");
	command_parse_partial(verbs, argc, argv, &partial);
	verb = partial.command.verb_given ? partial.command.verb : verbs[0];
	report(verb ? verb : verbs[0], word, wrong, got == ':', option);
	return command_refuse(partial.command.verb);
}

enum outcome command_parse(
	const struct verb *const *verbs, int argc, char **argv, struct command *ret)
{
	const struct grammar grammar = describe(verbs);
	struct partial_command words = { .command = { .verbs = verbs, .verb = verbs[0] } };
	int got;

	if (!read_options(&grammar, argc, argv, false, &words, &got))
		return refuse_options(verbs, &grammar, argc, argv, got);
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
	const struct grammar grammar = describe(verbs);

	*ret = (struct partial_command) { .command.verbs = verbs };
	(void)read_options(&grammar, argc, argv, true, ret, NULL);
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
