/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The calls about all tokens of a user, or of everybody.  For what all calls promise see client.h.
 */
#ifndef PATCTL_CLIENT_CLIENT_USERS_H
#define PATCTL_CLIENT_CLIENT_USERS_H

#include "patctl/client/client.h"

/* user NULL: the caller. */
bool client_revoke_all(struct client *client, const char *user, const struct client_revocation *how,
	uint32_t *ret_count, DBusError *error);

/* user "": everybody.  reason NULL: none. */
bool client_disable(struct client *client, const char *user, const char *reason, DBusError *error);
bool client_enable(struct client *client, const char *user, DBusError *error);

struct disabled {
	char *user, *reason; /* owned; user "": everybody */
	uint64_t at;
	uint32_t by_uid;
};

/* *ret gets the struct disabled; the caller clears it. */
bool client_disabled(struct client *client, struct records *ret, DBusError *error);

#endif
