/*
 * Secrets on their way.  A client whose connection cannot take descriptors never gets the reply
 * of Generate: the bus returns an error for it, and the token must not stay.
 */
#ifndef PATD_BUS_PENDING_SECRETS_H
#define PATD_BUS_PENDING_SECRETS_H

#include <dbus/dbus.h>
#include <stdbool.h>

#include "common/token_format.h"

#define HANDED_MAX 64U /* the latest; the bus returns an error at once, or never */

struct pending_secrets {
	struct {
		dbus_uint32_t serial; /* of the reply; 0: none */
		struct pat_id id;
	} replies[HANDED_MAX];
	unsigned int next;
};

/* The reply of that serial has the secret of that token. */
void pending_secrets_add(
	struct pending_secrets *pending_secrets, dbus_uint32_t serial, const struct pat_id *id);

/* Whether that was such a reply, and of which token.  It is forgotten. */
bool pending_secrets_take(
	struct pending_secrets *pending_secrets, dbus_uint32_t serial, struct pat_id *ret_id);

#endif
