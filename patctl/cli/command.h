/* One invocation of patctl, taken apart: a verb, its options and its operands. */
#ifndef PATCTL_CLI_COMMAND_H
#define PATCTL_CLI_COMMAND_H

#include <stdbool.h>
#include <stddef.h>

#include "patctl/base/outcome.h"

struct verb;

/* Strings belong to argv. */
struct command {
	const struct verb *verb;
	bool verb_given; /* or is it what patctl does when told nothing? */
	char **items;    /* the operands after the verb */
	size_t n;
	/* NULL if not given, never empty, UTF-8 */
	const char *user, *expires, *service, *from, *hours, *not_before, *max_uses;
	const char *state, *unused_for, *expiring, *sort;
	const char *period; /* --for */
	const char *reason, *grace, *since, *until, *lines, *root, *host;
	bool all, yes, json, no_legend, quiet, no_ask_password, follow, verify;
	bool help, version;
};

/*
 * Options may stand anywhere, before the verb and after operands too; without a verb it is
 * "list".  OUTCOME_DONE, or OUTCOME_USAGE after having said on standard error what is wrong.
 */
enum outcome command_parse(int argc, char **argv, struct command *ret);

struct option_info;

/* A command line that is still being typed, as far as it goes. */
struct typing {
	struct command command;         /* verb NULL: none that there is */
	unsigned int given;             /* bits of enum option_bit */
	const struct option_info *open; /* the option that waits for its argument, NULL if none */
	bool operands_only;             /* "--" was typed */
};

/* argv has words before the one that is being typed.  Says nothing of what is wrong in them. */
void command_peek(int argc, char **argv, struct typing *ret);

/* What follows from the command line: the exit code of patctl. */
enum outcome command_run(int argc, char **argv);

#endif
