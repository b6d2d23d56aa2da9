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

/* Whether text is long enough for the beginning of an id, or is one. */
bool select_is_beginning(const char *text);

#define SELECT_INPUT "-" /* the TOKEN that is read from standard input */

/*
 * The token that item means: it is the name of a token of --user or else of the caller, an id or
 * the beginning of one; with --id, an id alone.  The ids of root without --user are those of all
 * users: the names are not, since every user chooses them.  False with *error set unless all
 * readings together mean one token.  SELECT_INPUT: the token of which the next line of standard
 * input is the secret, or was: only its id counts.
 */
bool select_token(const struct command *command, struct client *client, const char *item,
	struct token_row *ret, DBusError *error);

/* The id of the token for SELECT_INPUT, whether or not there is one. */
bool select_read_id(const struct command *command, struct pat_id *ret, DBusError *error);

/* The token of that id, of user, or else as select_token() does. */
bool select_id(struct client *client, const char *user, const struct pat_id *id,
	struct token_row *ret, DBusError *error);
