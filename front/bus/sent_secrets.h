/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The latest replies with a secret.  The bus returns one whose receiver takes no descriptors: then
 * nobody has the secret, and its token is removed.
 */
#pragma once

#include <dbus/dbus.h>

#include "common/token_format.h"
#include "front/link/link.h"

/* The bus returns a reply at once, or never. */
#define SENT_SECRETS_MAX 64U

struct sent_secrets {
	struct sent_secret {
		dbus_uint32_t serial; /* of the reply; 0: none */
		struct pat_id id;
		struct caller caller; /* who had the token generated */
	} all[SENT_SECRETS_MAX];
	unsigned int next;
};

/* serial 0: it was not sent. */
void sent_secrets_add(struct sent_secrets *secrets, dbus_uint32_t serial, const struct pat_id *id,
	const struct caller *caller);

/* The bus has returned the message of that serial, which may have had a secret. */
void sent_secrets_returned(struct sent_secrets *secrets, struct link *link, dbus_uint32_t serial);

/* On the next connection serials begin anew. */
void sent_secrets_forget(struct sent_secrets *secrets);

/* Revokes and then deletes a token whose secret nobody has, as the caller. */
void token_remove(struct link *link, const struct caller *caller, const struct pat_id *id,
	const char *reason);
