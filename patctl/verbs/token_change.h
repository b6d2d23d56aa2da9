/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A change of the tokens that a command names: one mechanism, and a confirmation where it is
 * wanted. */
#ifndef PATCTL_VERBS_TOKEN_CHANGE_H
#define PATCTL_VERBS_TOKEN_CHANGE_H

#include <stdbool.h>

#include "patctl/cli/verb.h"
#include "patctl/client/client.h"

struct token_change {
	const char *result; /* "revoked" */
	const char *done;   /* in the words for people */
	bool confirm;       /* ask a person first, unless told --yes */
	bool (*make)(
		struct client *client, const struct pat_id *id, const void *how, DBusError *error);
	const void *how;
	/*
	 * NULL, or what to say to people in the place of done about a token, read again after the
	 * change.  The caller owns the result.
	 */
	char *(*describe)(const struct token *token);
};

/* Makes the change of each of the first n operands of the command. */
enum outcome token_change_run(
	const struct command *command, size_t n, const struct token_change *change);

#endif
