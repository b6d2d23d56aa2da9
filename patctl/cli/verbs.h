/* What patctl can do: the table of verbs. */
#ifndef PATCTL_CLI_VERBS_H
#define PATCTL_CLI_VERBS_H

#include <stddef.h>

#include "patctl/cli/command.h"

#define HELP_MAX 6

struct verb {
	const char *name;
	const char *operands;      /* as help writes them, "" for none */
	size_t min, max;           /* how many operands */
	unsigned int options;      /* bits of enum option_bit */
	unsigned int exclusive[2]; /* sets of them: of each one may be given */
	enum outcome (*run)(const struct command *command);
	const char *summary;        /* a line */
	const char *help[HELP_MAX]; /* paragraphs; NULL behind the last, if there is room */
	const char *examples;       /* a line each */
};

#define VERBS 17
extern const struct verb verbs[VERBS]; /* the first is what patctl does when told nothing */

/* NULL if there is none of that name.  Knows complete too, which is for shells and in no list. */
const struct verb *verb_find(const char *name);

/* The name of the verb that was probably meant, NULL if none is near.  Static; see nearest.c. */
const char *verb_nearest(const char *word);

enum outcome generate_run(const struct command *command);
enum outcome list_run(const struct command *command);
enum outcome show_run(const struct command *command);
enum outcome revoke_run(const struct command *command);
enum outcome restore_run(const struct command *command);
enum outcome rotate_run(const struct command *command);
enum outcome rename_run(const struct command *command);
enum outcome delete_run(const struct command *command);
enum outcome check_run(const struct command *command);
enum outcome log_run(const struct command *command);
enum outcome disable_run(const struct command *command);
enum outcome enable_run(const struct command *command);
enum outcome policy_run(const struct command *command);
enum outcome doctor_run(const struct command *command);
enum outcome backup_run(const struct command *command);
enum outcome restore_backup_run(const struct command *command);
enum outcome help_run(const struct command *command);
enum outcome complete_run(const struct command *command);

#endif
