/* Whether the tokens of users work at all: disable and enable, one mechanism. */
#ifndef PATCTL_VERBS_DISABLE_ENABLE_H
#define PATCTL_VERBS_DISABLE_ENABLE_H

#include <stdbool.h>

#include "patctl/cli/command.h"
#include "patctl/client/client.h"

struct ability {
	const char *result;  /* "disabled" */
	const char *done;    /* in the words for people */
	const char *instead; /* the verb that does the like to a token */
	bool (*make)(struct client *client, const char *user, const char *reason, DBusError *error);
};

/* Makes the change to each user that is an operand, or with --all to everybody. */
enum outcome ability_run(const struct command *command, const struct ability *ability);

#endif
