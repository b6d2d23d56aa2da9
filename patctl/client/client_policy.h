/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What is in force of patd.conf(5).  For what all calls promise see client.h. */
#ifndef PATCTL_CLIENT_CLIENT_POLICY_H
#define PATCTL_CLIENT_CLIENT_POLICY_H

#include "patctl/client/client.h"

struct setting {
	char *key, *value, *source; /* owned */
};

/* *ret gets the struct settings; the caller clears it. */
bool client_policy(struct client *client, struct records *ret, DBusError *error);

#endif
