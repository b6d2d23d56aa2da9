/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Whether there is the user that a command line names, where patd has nothing to do for it. */
#pragma once

#include <dbus/dbus.h>
#include <stdbool.h>

#include "patctl/client/client.h"

/*
 * Whether patd knows the name: by a token, as disabled, or in the history, as a user may be known
 * who is gone.  False too, with *error set, if patd fails.
 */
bool user_known(struct client *client, const char *user, DBusError *error);

/*
 * For a user of whom nothing was found; NULL: none was named.  False with *error set if neither the
 * system nor patd knows it, or if patd fails.  The users of another machine are not known here, and
 * neither is one about whom the system does not answer: true.  hint: the way out, NULL for none.
 */
bool user_check(struct client *client, const char *user, const char *hint, DBusError *error);

/* Sets *error to what user_check() does. */
void user_set_unknown(struct client *client, const char *user, const char *hint, DBusError *error);
