/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* patctl complete: prints the candidates for a word, for the scripts in completions/. */
#include <dirent.h>
#include <pwd.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/l10n.h"
#include "patctl/base/pam_services.h"
#include "patctl/base/text.h"
#include "patctl/cli/parse.h"
#include "patctl/cli/verb.h"
#include "patctl/client/client.h"
#include "patctl/complete/candidates.h"
#include "patctl/print/history_entry.h"
#include "patctl/print/token_column.h"
#include "patctl/verbs/fleet_words.h"
#include "patctl/verbs/list_query.h"
#include "patctl/verbs/sorted_list.h"

static void complete_verbs(struct candidates *candidates)
{
	const bool host = command_given(candidates->command, &option_host);

	for (const struct verb *const *verb = candidates->command->verbs; *verb; verb++)
		if (!(*verb)->hidden && (!host || options_have((*verb)->options, &option_host)))
			candidates_word(candidates, (*verb)->name, _((*verb)->summary));
}

static void complete_disabled(struct candidates *candidates)
{
	DBusError error = DBUS_ERROR_INIT;
	cleanup_client struct client *client = client_new(NULL, false, &error);
	cleanup_records struct records records = { 0 };

	if (client && client_disabled(client, &records, &error)) {
		const struct disabled_row *all = records.items;

		for (size_t i = 0; i < records.n; i++)
			if (!command_has_operand(candidates->command, all[i].user))
				candidates_word(candidates, all[i].user, all[i].reason);
	}
	dbus_error_free(&error);
}

static void complete_users(struct candidates *candidates)
{
	const struct command *command = candidates->command;
	const struct passwd *user;

	if (command->verb && command->verb->disabled_users) {
		complete_disabled(candidates);
		return;
	}
	setpwent();
	while (candidates->n < CANDIDATES_MAX && (user = getpwent()))
		if (!command_has_operand(command, user->pw_name))
			candidates_word(candidates, user->pw_name, NULL);
	endpwent();
}

/* Of a list with commas the last item is completed. */
static void skip_items(struct candidates *candidates)
{
	const char *comma = strrchr(candidates_begin(candidates), ',');

	if (comma)
		candidates->head = (size_t)(comma + 1 - candidates->typed);
}

/* Whether a list with commas, of which the last item is completed, has word already. */
static bool is_listed(const struct candidates *candidates, const char *word)
{
	const size_t len = strlen(word);

	for (const char *at = candidates->typed; *at != '\0'; at++)
		if ((at == candidates->typed || at[-1] == ',' || at[-1] == '=') &&
			strncmp(at, word, len) == 0 && at[len] == ',')
			return true;
	return false;
}

static void complete_item(struct candidates *candidates, const char *word)
{
	if (!is_listed(candidates, word))
		candidates_word(candidates, word, NULL);
}

/* What a link leads to counts. */
static bool is_folder(DIR *stream, const char *name)
{
	const int fd = dirfd(stream);
	struct stat st;

	return fd >= 0 && fstatat(fd, name, &st, 0) == 0 && S_ISDIR(st.st_mode);
}

/* A folder ends in a slash, after which the shells add no blank. */
static void complete_files_of(const char *folder, struct candidates *candidates)
{
	DIR *stream = opendir(folder);
	const struct dirent *entry;

	if (!stream)
		return;
	while ((entry = readdir(stream))) {
		cleanup_text char *word = NULL;

		if (entry->d_name[0] == '.')
			continue;
		word = text_format(
			"%s%s", entry->d_name, is_folder(stream, entry->d_name) ? "/" : "");
		candidates_word(candidates, word, NULL);
	}
	(void)closedir(stream);
}

/* For a verb that can take a restriction away. */
static void complete_any(struct candidates *candidates)
{
	const struct verb *verb = candidates->command->verb;

	if (verb && verb->takes_any && !strchr(candidates_begin(candidates), ','))
		candidates_word(candidates, "any", _("not restricted"));
}

static void complete_services(struct candidates *candidates)
{
	cleanup_names char **services = NULL;

	complete_any(candidates);
	skip_items(candidates);
	if (pam_services(&services) < 0)
		return;
	for (char **service = services; *service; service++)
		complete_item(candidates, *service);
}

static void complete_sources(struct candidates *candidates)
{
	complete_any(candidates);
	skip_items(candidates);
	candidates_word(candidates, "local", _("a login that is not over the network"));
}

static void complete_end(struct candidates *candidates)
{
	complete_any(candidates);
	complete_until(candidates);
}

static void complete_states(struct candidates *candidates)
{
	const struct verb *verb = candidates->command->verb;

	skip_items(candidates);
	for (size_t i = 0; filter_states[i]; i++)
		if (!verb || !verb->ended_states || filter_is_ended(filter_states[i]))
			complete_item(candidates, filter_states[i]);
}

static void complete_events(struct candidates *candidates)
{
	skip_items(candidates);
	for (size_t i = 0; history_events[i]; i++)
		complete_item(candidates, history_events[i]);
}

static void complete_keys(struct candidates *candidates)
{
	candidates->head += *candidates_begin(candidates) == '-';
	for (size_t i = 0; sort_keys[i]; i++)
		candidates_word(candidates, sort_keys[i], NULL);
}

/* Columns may follow one another; a format stands alone. */
static void complete_formats(struct candidates *candidates)
{
	const struct verb *verb = candidates->command->verb;
	const bool first = !strchr(candidates_begin(candidates), ',');

	if (first)
		candidates_word(candidates, "json", NULL);
	if (verb && !verb->formats)
		return;
	if (first)
		candidates_word(candidates, "table", NULL);
	if (first)
		candidates_word(candidates, "wide", NULL);
	skip_items(candidates);
	for (size_t i = 0; token_column_at(i); i++)
		complete_item(candidates, token_column_at(i)->name);
}

/* In the folder that the word names so far. */
static void complete_files(struct candidates *candidates)
{
	const char *typed = candidates_begin(candidates), *slash = strrchr(typed, '/');
	const size_t len = slash ? (size_t)(slash + 1 - typed) : 0;
	cleanup_text char *folder = text_format("%.*s", (int)len, typed);

	candidates->head += len;
	complete_files_of(len > 0 ? folder : ".", candidates);
}

static void complete_fleet(struct candidates *candidates)
{
	for (size_t i = 0; fleet_words[i]; i++)
		candidates_word(candidates, fleet_words[i], NULL);
}

/*
 * Prints the candidates for the placeholder word of help, of which len bytes count.  Placeholders
 * that a person makes up, such as NAME, have none, and neither has anything that patd reports only
 * after a password, or that another machine knows.
 */
static void complete_placeholder(const char *word, size_t len, struct candidates *candidates)
{
	static const struct {
		const char *word;
		void (*complete)(struct candidates *candidates);
		bool local; /* known on this machine only */
	} placeholders[] = {
		{ "VERB", complete_verbs, false },
		{ "TOKEN", complete_tokens, true },
		{ "USER", complete_users, true },
		{ "SERVICE", complete_services, true },
		{ "SOURCE", complete_sources, false },
		{ "HOURS", complete_any, false },
		{ "UNTIL", complete_end, false },
		{ "FILE", complete_files, true },
		{ "STATE", complete_states, false },
		{ "KEY", complete_keys, false },
		{ "EVENT", complete_events, false },
		{ "FORMAT", complete_formats, false },
		{ "WHAT", complete_fleet, false },
	};
	const bool host = command_given(candidates->command, &option_host);

	for (size_t i = 0; i < sizeof(placeholders) / sizeof(placeholders[0]); i++)
		if (strlen(placeholders[i].word) == len &&
			memcmp(placeholders[i].word, word, len) == 0 &&
			!(host && placeholders[i].local))
			placeholders[i].complete(candidates);
}

/* Whether option or another that excludes it was given. */
static bool is_excluded(
	const struct command *command, const struct verb *verb, const struct option_info *option)
{
	const struct option_info *other;

	for (size_t i = 0; i < 2; i++) {
		if (!options_have(verb->exclusive[i], option))
			continue;
		for (size_t j = 0; (other = options_at(verb->exclusive[i], j)); j++)
			if (command_given(command, other))
				return true;
	}
	return false;
}

static void print_option(const struct option_info *option, struct candidates *candidates)
{
	const char letter[] = { '-', option->letter, '\0' };
	cleanup_text char *name = text_format("--%s%s", option->name, option->argument ? "=" : "");

	if (option->letter)
		candidates_option(candidates, letter, _(option->help));
	candidates_option(candidates, name, _(option->help));
}

/* The options that the verb takes and that were not given yet. */
static void complete_options(struct candidates *candidates)
{
	const struct command *command = candidates->command;
	const struct verb *verb = command->verb ? command->verb : command->verbs[0];
	const struct option_info *const *const sets[] = { verb->options,
		OPTIONS(&option_help, &option_version) };
	const struct option_info *option;

	for (size_t i = 0; i < 2; i++)
		for (size_t j = 0; (option = options_at(sets[i], j)); j++)
			if (!command_given(command, option) && !is_excluded(command, verb, option))
				print_option(option, candidates);
}

/* option: of some verb; another of the same name may have another argument. */
static void complete_argument(const struct option_info *option, struct candidates *candidates)
{
	const struct verb *verb = candidates->command->verb;
	const struct option_info *own =
		option && verb ? options_find(verb->options, option->name, strlen(option->name))
			       : NULL;

	if (own)
		option = own;
	if (option && option->argument)
		complete_placeholder(option->argument, strlen(option->argument), candidates);
}

/* equals: in the word, "--OPTION=…". */
static void complete_value(const char *equals, struct candidates *candidates)
{
	const char *name = candidates->typed + strlen("--");

	candidates->head = (size_t)(equals + 1 - candidates->typed);
	complete_argument(
		command_find_option(candidates->command->verbs, name, (size_t)(equals - name)),
		candidates);
}

/* The next operand as help writes it, without "[" and "...". */
static void complete_operand(struct candidates *candidates)
{
	const char *word = candidates->command->verb->operands;

	for (size_t i = 0; i < candidates->command->n_operands && strchr(word, ' '); i++)
		word = strchr(word, ' ') + 1;
	word += *word == '[';
	complete_placeholder(word, strspn(word, "ABCDEFGHIJKLMNOPQRSTUVWXYZ"), candidates);
}

/* Whether an operand may come next. */
static bool takes_operand(const struct command *command)
{
	size_t min, max;

	if (!command->verb || verb_selecting(command->verb, command))
		return false;
	verb_count_operands(command->verb, &min, &max);
	return command->n_operands < max;
}

static void complete_word(const struct partial_command *partial, struct candidates *candidates)
{
	const struct command *command = &partial->command;
	const char *typed = candidates->typed;
	const char *equals = strncmp(typed, "--", 2) == 0 ? strchr(typed, '=') : NULL;
	const bool operand = takes_operand(command);
	const bool option =
		!partial->operands_only && (*typed == '-' || (command->verb && !operand));

	if (partial->waiting)
		complete_argument(partial->waiting, candidates);
	else if (option && equals)
		complete_value(equals, candidates);
	else if (option)
		complete_options(candidates);
	else if (operand)
		complete_operand(candidates);
	else if (!command->verb_given)
		complete_placeholder("VERB", strlen("VERB"), candidates);
}

#define SECONDS_MAX 2 /* a person who pressed a key waits */

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
	/* Candidates found until then are printed. */
	(void)setvbuf(stdout, NULL, _IOLBF, 0);
}

static enum outcome run(const struct command *command)
{
	struct partial_command partial;
	struct candidates candidates = { .command = &partial.command,
		.typed = command->operands[command->n_operands - 1] };

	bound_time();
	/* The word "complete" stands in the place of a program's name. */
	command_parse_partial(
		command->verbs, (int)command->n_operands, command->operands - 1, &partial);
	if (candidates_possible(candidates.typed))
		complete_word(&partial, &candidates);
	return OUTCOME_DONE;
}

const struct verb verb_complete = { "complete", "-- WORD...", run,
	N_("print candidates for the completion of shells"), NULL,
	{ N_("Prints candidates for the last WORD of a command line of patctl: one per line,\n"
	     "with a description after a tab.  The completions of bash, fish and zsh call it.\n"
	     "It asks for no password and reports no errors.\n") },
	"  patctl complete -- restore \"\"\n", .hidden = true };
