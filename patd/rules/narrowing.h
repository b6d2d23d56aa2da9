/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Whether a change of a token only takes access away.  A change of that kind is free to do on one's
 * own; every other asks for a password, as a restore does.
 */
#pragma once

#include <stdbool.h>

#include "patd/model/token.h"
#include "patd/policy/policy.h"

/*
 * Whether the token as it shall be is accepted for no login, now or later, that it is not accepted
 * for as it is.  Only its expiration and its restrictions may differ, and what decides nothing.
 * False where that is not certain.
 */
bool narrowing(const struct token *before, const struct token *after, const struct policy *policy);
