/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The machine and the tokens that a command line names. */
#pragma once

#include <dbus/dbus.h>
#include <stdbool.h>

#include "patctl/cli/verb.h"
#include "patctl/client/client.h"

/* A paragraph of help about TOKEN. */
extern const char select_help[];

/* Of this machine or of --host; obeys --no-ask-password.  NULL with *error set on failure. */
struct client *select_machine(const struct command *command, DBusError *error);

/*
 * item is a whole id, a name or the beginning of an id, tried in this order, of a token of user.
 * Without a user it is a token of the caller, and for root one of any user.  False with *error set
 * if no token or several match.
 */
bool select_token(struct client *client, const char *user, const char *item, struct token_row *ret,
	DBusError *error);
