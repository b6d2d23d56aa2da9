/* Whether a user's name that somebody typed is one, and not a slip. */
#ifndef PATCTL_VERBS_KNOWN_USER_H
#define PATCTL_VERBS_KNOWN_USER_H

#include <dbus/dbus.h>
#include <stdbool.h>

#include "patctl/client/client.h"

/*
 * True for a user that the system knows, that has a token, or that is disabled: one who is gone
 * can be disabled and enabled as well.  Who is known to another machine nobody can tell from here.
 * Else false with *error set, and so it is if patd fails. instead: the verb for a token, in case
 * one is meant.
 */
bool user_known(struct client *client, const char *user, const char *instead, DBusError *error);

#endif
