/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The table of errors and their names on the bus. */
#include "common/error.h"

#include <stddef.h>
#include <string.h>

#include "common/bus.h"

#define OURS PAT_BUS_NAME ".Error."
#define STANDARD "org.freedesktop.DBus.Error."

static const char *const names[PAT_ERRORS] = {
	[PAT_ERR_INVALID_NAME] = OURS "InvalidName",
	[PAT_ERR_NAME_TAKEN] = OURS "NameTaken",
	[PAT_ERR_INVALID_EXPIRY] = OURS "InvalidExpiry",
	[PAT_ERR_UNKNOWN_USER] = OURS "UnknownUser",
	[PAT_ERR_NOT_FOUND] = OURS "NotFound",
	[PAT_ERR_NOT_REVOKED] = OURS "NotRevoked",
	[PAT_ERR_EXPIRED] = OURS "Expired",
	[PAT_ERR_NOT_ACTIVE] = OURS "NotActive",
	[PAT_ERR_NOT_RESTORABLE] = OURS "NotRestorable",
	[PAT_ERR_INVALID_RESTRICTION] = OURS "InvalidRestriction",
	[PAT_ERR_AGAINST_POLICY] = OURS "AgainstPolicy",
	[PAT_ERR_DISABLED] = OURS "Disabled",
	[PAT_ERR_NOT_ISSUER] = OURS "NotIssuer",
	[PAT_ERR_DENIED] = STANDARD "AccessDenied",
	[PAT_ERR_INTERACTIVE] = STANDARD "InteractiveAuthorizationRequired",
	[PAT_ERR_INVALID_ARGS] = STANDARD "InvalidArgs",
	[PAT_ERR_BUSY] = STANDARD "LimitsExceeded",
	[PAT_ERR_STORAGE] = OURS "Storage",
	[PAT_ERR_NO_MEMORY] = STANDARD "NoMemory",
};

const char *pat_error_name(enum pat_error error)
{
	return error < PAT_ERRORS ? names[error] : NULL;
}

enum pat_error pat_error_from_name(const char *name)
{
	for (unsigned int e = PAT_OK + 1; e < PAT_ERRORS; e++)
		if (strcmp(names[e], name) == 0)
			return (enum pat_error)e;
	return PAT_OK;
}
