/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Users: who sent a call, as the bus and NSS say, and whom it names. */
#pragma once

#include "front/bus/call.h"

/*
 * Counts the call, finds out who sent it, and then has method->serve() called in its turn; or
 * refuses it.
 */
void call_identify(struct call *call);

/* The bus has told the uid of the client, or does not know it. */
void calls_known(struct client *client);

/*
 * Looks up the user of that name, then continues with then(), which reads call->lookup.user;
 * refuses an unknown user, who with call->any_user has the name that was given.
 */
void call_find_user(struct call *call, const char *name, void (*then)(struct call *call));
