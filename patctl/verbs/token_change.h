/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Changes the tokens that a command names, one by one, after a confirmation if need be. */
#pragma once

#include <stdbool.h>

#include "patctl/cli/verb.h"
#include "patctl/client/client.h"

struct token_change {
	const char *result; /* "revoked" */
	const char *done;   /* the same in a sentence for people */
	bool confirm;       /* ask a person first, unless told --yes */
	bool (*make)(
		struct client *client, const struct pat_id *id, const void *how, DBusError *error);
	const void *how;
	/* NULL, or the sentence for a token as it is after the change.  The caller owns the result.
	 */
	char *(*describe)(const struct token *token);
};

/* Changes the tokens that the first n operands of the command name. */
enum outcome token_change_run(
	const struct command *command, size_t n, const struct token_change *change);
