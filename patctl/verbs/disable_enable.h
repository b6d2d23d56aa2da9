/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Disables or enables all tokens of users, or of everybody. */
#pragma once

#include <stdbool.h>

#include "patctl/cli/verb.h"
#include "patctl/client/client.h"

struct disable_enable {
	const char *result;     /* "disabled" */
	const char *done;       /* the same in a sentence for people */
	const char *token_verb; /* "revoke": suggested if the operand is the name of a token */
	bool (*make)(struct client *client, const char *user, const char *reason, DBusError *error);
};

/* Makes the change to each user that is an operand, or with --all to everybody. */
enum outcome disable_enable_run(const struct command *command, const struct disable_enable *change);
