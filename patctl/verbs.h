/* What patctl can do: the table of verbs. */
#ifndef PATCTL_VERBS_H
#define PATCTL_VERBS_H

#include <stddef.h>

#include "patctl/command.h"

struct verb {
	const char *name;
	const char *operands; /* as help writes them, "" for none */
	size_t min, max;      /* how many operands */
	unsigned int options; /* bits of enum option_bit */
	enum outcome (*run)(const struct command *command);
	const char *summary; /* a line */
	const char *help;    /* paragraphs, with an example last */
};

#define VERBS 7
extern const struct verb verbs[VERBS]; /* the first is what patctl does when told nothing */

/* NULL if there is none of that name. */
const struct verb *verb_find(const char *name);

/* The name of the verb that was probably meant, NULL if none is near.  Static. */
const char *verb_nearest(const char *word);

enum outcome generate_run(const struct command *command);
enum outcome list_run(const struct command *command);
enum outcome show_run(const struct command *command);
enum outcome revoke_run(const struct command *command);
enum outcome restore_run(const struct command *command);
enum outcome delete_run(const struct command *command);
enum outcome help_run(const struct command *command);

#endif
