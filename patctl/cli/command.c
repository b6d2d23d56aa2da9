#include "patctl/cli/command.h"

#include <dbus/dbus.h>
#include <errno.h>
#include <getopt.h>
#include <locale.h>
#include <stdio.h>
#include <string.h>

#include "common/l10n.h"
#include "common/name.h"
#include "common/token_format.h"
#include "patctl/base/host.h"
#include "patctl/base/text.h"
#include "patctl/cli/argument.h"
#include "patctl/cli/help.h"
#include "patctl/cli/options.h"
#include "patctl/cli/verbs.h"

/* What getopt_long() returns for option number 0, clear of all letters. */
#define FIRST 256

static void describe_options(
	struct option ret_long[static OPTIONS + 1], char ret_short[static 2 * OPTIONS + 1])
{
	size_t letters = 0;

	for (int i = 0; i < OPTIONS; i++) {
		ret_long[i] = (struct option) {
			.name = options[i].name,
			.has_arg = options[i].argument ? required_argument : no_argument,
			.val = FIRST + i,
		};
		if (options[i].letter)
			ret_short[letters++] = options[i].letter;
		if (options[i].letter && options[i].argument)
			ret_short[letters++] = ':';
	}
	ret_long[OPTIONS] = (struct option) { 0 };
	ret_short[letters] = '\0';
}

static const struct option_info *find_option(int got)
{
	for (int i = 0; i < OPTIONS; i++)
		if (got == FIRST + i || got == options[i].letter)
			return &options[i];
	return NULL;
}

static void store_option(struct command *command, const struct option_info *option)
{
	char *member = (char *)command + option->offset;
	const bool set = true;

	if (option->argument)
		memcpy(member, &optarg, sizeof(optarg));
	else
		memcpy(member, &set, sizeof(set));
}

static enum outcome wrong(const struct verb *verb)
{
	if (verb)
		complain(_("try: patctl help %s"), verb->name);
	else
		complain("%s", _("try: patctl help"));
	return OUTCOME_USAGE;
}

/* The verb is the first operand; without one it is the first of all verbs. */
static enum outcome take_verb(struct command *command)
{
	cleanup_text char *safe = NULL;
	const char *near;

	if (command->n == 0) {
		command->verb = &verbs[0];
		return OUTCOME_DONE;
	}
	command->verb = verb_find(command->items[0]);
	if (command->verb) {
		command->verb_given = true;
		command->items++;
		command->n--;
		return OUTCOME_DONE;
	}

	safe = text_safe(command->items[0]);
	near = verb_nearest(command->items[0]);
	if (near)
		complain(_("there is no verb \"%s\"; did you mean: patctl %s"), safe, near);
	else
		complain(_("there is no verb \"%s\""), safe);
	return wrong(NULL);
}

/*
 * A token on the command line is in the shell's history by now, and was in the list of processes
 * for all to see.
 */
static bool check_no_token(const struct command *command)
{
	struct pat_id id;

	for (size_t i = 0; i < command->n; i++)
		if (pat_token_parse(command->items[i], &id)) {
			complain(_("that is a token: it is now in the history of the shell, and "
				   "others may have seen it.\n"
				   "Give it a new secret: patctl rotate --grace=none %s\n"
				   "To have a token checked, hand it in on standard input: patctl "
				   "check"),
				id.text);
			return false;
		}
	return true;
}

static bool check_host(const struct command *command)
{
	const char *problem = command->host ? host_problem(command->host) : NULL;

	return !problem || argument_wrong("host", command->host, problem);
}

static bool check_arguments(const struct command *command, unsigned int given)
{
	for (size_t i = 0; i < OPTIONS; i++) {
		const char *text;

		if (!options[i].argument || !(given & options[i].bit))
			continue;
		memcpy(&text, (const char *)command + options[i].offset, sizeof(text));
		if (*text == '\0')
			return argument_wrong(options[i].name, text, N_("nothing stands there"));
		if (!dbus_validate_utf8(text, NULL))
			return argument_wrong(options[i].name, text, N_("that is not UTF-8"));
	}
	if (command->user && pat_name_problem(command->user)) {
		complain(_("--user needs the name of a user"));
		return false;
	}
	return check_host(command);
}

/* Of a verb that does not take it. */
static enum outcome refuse_host(const struct command *command)
{
	cleanup_text char *ssh = NULL;

	if (!check_host(command))
		return OUTCOME_USAGE;
	ssh = host_ssh(command->host, false);
	complain(_("patctl %s works on the machine itself: %s patctl %s"), command->verb->name, ssh,
		command->verb->name);
	return OUTCOME_USAGE;
}

/* The options of a set of which one at the most may be given. */
static bool check_exclusive(unsigned int set, unsigned int given)
{
	const char *first = NULL;

	for (size_t i = 0; i < OPTIONS; i++) {
		if (!(set & given & options[i].bit))
			continue;
		if (first) {
			complain(_("--%s and --%s exclude each other"), first, options[i].name);
			return false;
		}
		first = options[i].name;
	}
	return true;
}

static enum outcome check(const struct command *command, unsigned int given)
{
	const struct verb *verb = command->verb;

	for (size_t i = 0; i < OPTIONS; i++)
		if (given & options[i].bit & ~(verb->options | OPTION_HELP | OPTION_VERSION)) {
			if (options[i].bit == OPTION_HOST && verb->options != 0)
				return refuse_host(command);
			complain(_("%s takes no --%s"), verb->name, options[i].name);
			return wrong(verb);
		}
	if (command->help || command->version)
		return OUTCOME_DONE;
	if (!check_exclusive(verb->exclusive[0], given) ||
		!check_exclusive(verb->exclusive[1], given))
		return wrong(verb);
	if (command->all && command->n > 0) {
		complain(_("--all stands for all operands: leave them out"));
		return wrong(verb);
	}
	if (!command->all && (command->n < verb->min || command->n > verb->max)) {
		complain(_("usage: patctl %s%s%s"), verb->name, *verb->operands ? " " : "",
			verb->operands);
		return wrong(verb);
	}
	return check_arguments(command, given) ? OUTCOME_DONE : OUTCOME_USAGE;
}

enum outcome command_parse(int argc, char **argv, struct command *ret)
{
	static char self[] = "patctl"; /* what getopt's own messages begin with */
	struct option longs[OPTIONS + 1];
	char shorts[2 * OPTIONS + 1];
	struct command command = { 0 };
	unsigned int given = 0;
	enum outcome outcome;
	int got;

	if (argc > 0)
		argv[0] = self;
	describe_options(longs, shorts);
	optind = 0;
	while ((got = getopt_long(argc, argv, shorts, longs, NULL)) != -1) {
		const struct option_info *option = find_option(got);

		if (!option)
			return wrong(NULL);
		store_option(&command, option);
		given |= option->bit;
	}

	command.items = argv + optind;
	command.n = (size_t)(argc - optind);
	if (!check_no_token(&command))
		return OUTCOME_USAGE;
	outcome = take_verb(&command);
	if (outcome == OUTCOME_DONE)
		outcome = check(&command, given);
	if (outcome == OUTCOME_DONE)
		*ret = command;
	return outcome;
}

void command_peek(int argc, char **argv, struct typing *ret)
{
	struct option longs[OPTIONS + 1];
	char shorts[1 + 2 * OPTIONS + 1] = ":"; /* getopt then tells a missing argument apart */
	struct typing typing = { 0 };
	struct command *command = &typing.command;
	int got;

	describe_options(longs, shorts + 1);
	optind = 0;
	while ((got = getopt_long(argc, argv, shorts, longs, NULL)) != -1) {
		const struct option_info *option = find_option(got == ':' ? optopt : got);

		if (got == ':') {
			typing.open = option;
		} else if (option) {
			store_option(command, option);
			typing.given |= option->bit;
		}
	}

	typing.operands_only = optind > 1 && strcmp(argv[optind - 1], "--") == 0;
	command->items = argv + optind;
	command->n = (size_t)(argc - optind);
	if (command->n > 0) {
		command->verb_given = true;
		command->verb = verb_find(command->items[0]);
		command->items++;
		command->n--;
	}
	*ret = typing;
}

enum outcome command_run(int argc, char **argv)
{
	struct command command;
	enum outcome outcome = command_parse(argc, argv, &command);

	if (outcome != OUTCOME_DONE)
		return outcome;
	/* JSON is for programs, and so is what goes with it. */
	if (command.json)
		(void)setlocale(LC_MESSAGES, "C");
	if (command.version)
		(void)puts("patctl " PAT_VERSION);
	else if (command.help)
		help_print(command.verb_given ? command.verb : NULL);
	else
		outcome = command.verb->run(&command);

	/* A full disk shows here at the latest; earlier, and its reason is no longer known. */
	errno = EIO;
	if ((fflush(stdout) != 0 || ferror(stdout)) && outcome == OUTCOME_DONE) {
		complain(_("cannot write to standard output: %s"), strerror(errno));
		outcome = OUTCOME_FAILED;
	}
	return outcome;
}
