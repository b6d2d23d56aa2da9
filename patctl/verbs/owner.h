/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The users that root names on this machine.  patd asks nothing of NSS, and patctl waits for it
 * only where no token stays in use meanwhile: what takes access away begins with what patd itself
 * knows.
 */
#pragma once

#include <dbus/dbus.h>
#include <stdbool.h>
#include <stdint.h>

#include "patctl/base/user_lookup.h"
#include "patctl/client/client.h"

#define OWNER_LIMIT 2000         /* milliseconds for NSS, where something was done already */
#define OWNER_LIMIT_WANTED 25000 /* where nothing can be done without its answer */

/* The user of that name.  False with *error set if there is none, or NSS does not say. */
bool owner_find(const char *user, int limit, struct system_user *ret, DBusError *error);

/*
 * Revokes all tokens of user, NULL for the caller: first of each uid that has tokens under that
 * name, then of the user that NSS knows by it.
 */
bool owner_revoke_all(struct client *client, const char *user, const struct client_revocation *how,
	uint64_t *ret_count, DBusError *error);
