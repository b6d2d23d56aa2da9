/* A change of tokens that a command names: one mechanism, and a confirmation where it is wanted. */
#ifndef PATCTL_VERBS_CHANGE_H
#define PATCTL_VERBS_CHANGE_H

#include <stdbool.h>

#include "patctl/cli/command.h"
#include "patctl/client/client.h"

struct change {
	const char *result; /* "revoked" */
	const char *done;   /* in the words for people */
	bool asks;          /* before it does it, unless told --yes */
	bool (*make)(
		struct client *client, const struct pat_id *id, const void *how, DBusError *error);
	const void *how;
	/*
	 * NULL, or what to say to people instead about a token, read again after it was changed.
	 * The caller owns the result.
	 */
	char *(*tell)(const struct token *token);
};

/* Makes the change of each of the command's operands. */
enum outcome change_run(const struct command *command, const struct change *change);

#endif
