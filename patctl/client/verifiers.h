/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The settings of patd.conf(5) in force, as client_policy() gets them; its verifier accounts. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "patctl/client/records.h"
#include "protocol/rows.h"

/* The value of the setting, as "tokens.max_tokens"; NULL: patd has no such setting. */
const char *setting_value(const struct records *settings, const char *key);

/* The services of [verifier USER], and where they are set; NULL: there is no such section. */
const struct setting_row *verifier_section(const struct records *settings, const char *user);

/* Whether patd verifies all users' tokens for that user at the service. */
bool verifier_covers(const struct records *settings, const char *user, const char *service);

/*
 * The user whose section has the service by its name; a pattern may fit services of others, such as
 * "s*" that of sshd.  The caller owns it; NULL: there is none.
 */
char *verifier_user_of(const struct records *settings, const char *service);
