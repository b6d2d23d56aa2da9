/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a person can do about a token of another machine. */
#pragma once

#include "desktop/client/patd_token.h"

/* Owned by the caller; NULL: there is nothing to say.  own_issuer: see patd_service_get_issuer().
 */
char *patd_token_hint(const PatdTokenInfo *token, const char *own_issuer);
