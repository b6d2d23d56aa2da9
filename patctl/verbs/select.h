/* From what a person types to the one token that is meant. */
#ifndef PATCTL_VERBS_SELECT_H
#define PATCTL_VERBS_SELECT_H

#include <dbus/dbus.h>
#include <stdbool.h>

#include "patctl/client/client.h"
#include "patctl/client/token_record.h"

/*
 * item is a whole id, a name or the beginning of an id, tried in this order.  It is looked for
 * among the tokens of user or, if that is NULL, among the caller's own; root's search goes over
 * all users.  False with *error set if it is none or several; the caller clears *ret.
 */
bool select_token(struct client *client, const char *user, const char *item, struct token *ret,
	DBusError *error);

#endif
