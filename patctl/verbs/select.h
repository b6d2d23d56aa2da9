/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* From what a person types to the machine and to the one token that is meant. */
#ifndef PATCTL_VERBS_SELECT_H
#define PATCTL_VERBS_SELECT_H

#include <dbus/dbus.h>
#include <stdbool.h>

#include "patctl/cli/verb.h"
#include "patctl/client/client.h"

/* A paragraph of help about TOKEN. */
extern const char select_help[];

/* The bus of this machine or of --host, with --no-ask-password or without.  NULL on failure. */
struct client *select_machine(const struct command *command, DBusError *error);

/*
 * item is a whole id, a name or the beginning of an id, tried in this order.  It is looked for
 * among the tokens of user or, if that is NULL, among the caller's own; root's search goes over
 * all users.  False with *error set if it is none or several; the caller clears *ret.
 */
bool select_token(struct client *client, const char *user, const char *item, struct token *ret,
	DBusError *error);

#endif
