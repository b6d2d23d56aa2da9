/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* patctl: prepares the process, parses the command line, runs the verb and ends the output. */
#include <errno.h>
#include <fcntl.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/cleanup.h"
#include "common/l10n.h"
#include "patctl/base/complaint.h"
#include "patctl/base/pager.h"
#include "patctl/base/text.h"
#include "patctl/cli/parse.h"
#include "patctl/verb_table.h"

/*
 * If the caller closed a standard descriptor, the connection to the bus would get its number, and a
 * token could be written there.  /dev/null takes its place, opened so that using it fails.
 */
static int fill_standard_descriptors(void)
{
	int fd;

	do {
		fd = open("/dev/null", O_PATH);
		if (fd < 0)
			return -1;
	} while (fd <= STDERR_FILENO);
	return close(fd);
}

static enum outcome run(const struct command *command)
{
	enum outcome outcome;

	if (command_given(command, &option_version)) {
		(void)puts("patctl " PAT_VERSION);
		return OUTCOME_DONE;
	}
	if (command_given(command, &option_help)) {
		command_page(command);
		help_print(verb_table, command->verb_given ? command->verb : NULL);
		return OUTCOME_DONE;
	}
	outcome = command->verb->run(command);
	/* What has no options says itself what to do. */
	if (outcome == OUTCOME_USAGE && command->verb->options)
		return command_refuse(command->verb);
	return outcome;
}

/*
 * JSON is for programs, and so are the messages beside it, also about the command line itself.
 * getopt_long() sorts what it reads, so it is given a copy.
 */
static void prepare_messages(int argc, char **argv)
{
	cleanup_free char **copy = must_alloc(calloc((size_t)argc + 1, sizeof(*copy)));
	struct partial_command words;
	const char *format;

	memcpy(copy, argv, (size_t)argc * sizeof(*copy));
	command_parse_partial(verb_table, argc, copy, &words);
	format = command_value(&words.command, &option_output);
	if (!command_given(&words.command, &option_json) &&
		(!format || strcmp(format, "json") != 0))
		return;
	(void)setlocale(LC_MESSAGES, "C");
	complaints_as_json();
}

/* An earlier write may have failed, for instance on a full disk; its errno is lost by now. */
static enum outcome end_output(enum outcome outcome)
{
	if (pager_end())
		return outcome;
	errno = EIO;
	if ((fflush(stdout) == 0 && !ferror(stdout)) || outcome != OUTCOME_DONE)
		return outcome;
	complain(_("cannot write to standard output: %s"), strerror(errno));
	return OUTCOME_FAILED;
}

int main(int argc, char **argv)
{
	struct command command;
	enum outcome outcome;

	if (fill_standard_descriptors() < 0)
		return OUTCOME_FAILED;
	/* Names are UTF-8 whatever the locale; in another their bytes would be counted as columns.
	 */
	(void)setlocale(LC_CTYPE, "C.UTF-8");
	/* Without the locale, or memory, messages are in English. */
	(void)setlocale(LC_MESSAGES, "");
	(void)bindtextdomain(PAT_DOMAIN, PAT_LOCALE_DIR);
	(void)bind_textdomain_codeset(PAT_DOMAIN, "UTF-8");

	prepare_messages(argc, argv);
	outcome = command_parse(verb_table, argc, argv, &command);
	if (outcome == OUTCOME_DONE)
		outcome = end_output(run(&command));
	complaints_end(outcome);
	return (int)outcome;
}
